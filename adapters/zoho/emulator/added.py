"""What an admin of the sample company added: custom modules for what Zoho has no module for."""

from __future__ import annotations

from collections.abc import Mapping

ADDED: Mapping[str, str] = {
    "Surveys": """
        Kind picklist survey_kinds +
        Topic text 120 +
        Account lookup Accounts +
        Contact lookup Contacts +
        Case lookup Cases +
        Responsible userlookup Users +
        Employee userlookup Users +
        Score double +
        Scale_Min double +
        Scale_Max double +
        Comment textarea +
        Sent_Time datetime +
        Answered_Time datetime +
        """,
    "Costs": """
        Category picklist cost_categories +
        Campaign lookup Campaigns +
        Team text 120 +
        Starts_On date +
        Ends_On date +
        Amount currency +
        """,
    "Trainings": """
        Employee userlookup Users +
        Course picklist courses +
        Assigned_On date +
        Due_On date +
        Completed_On date +
        Score double +
        Passed boolean +
        """,
    "Subscriptions": """
        Account lookup Accounts +
        Started_On date +
        Ended_On date +
        Renewal_On date +
        Monthly_Amount currency +
        Status picklist subscription_statuses +
        Churn_Reason picklist churn_reasons +
        """,
    "Campaign_Members": """
        Campaign lookup Campaigns +
        Contact lookup Contacts +
        Lead lookup Leads +
        Account lookup Accounts +
        Added_Time datetime +
        Delivered_Time datetime +
        Responded_Time datetime +
        Converted_Time datetime +
        """,
}
"""The lines of their fields, beside those that Zoho gives every custom module."""
