"""Zoho's own modules in the stand-in's org, field by field; `added.py` has those that an admin made.

What the company knows and Zoho has no field for (`+`: region, segment, dates of delivery, times of a case) became
custom fields.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from adapters.zoho.emulator.added import ADDED
from adapters.zoho.emulator.labels import module_labels
from adapters.zoho.emulator.meta import FieldMeta, ModuleMeta
from adapters.zoho.emulator.schema import COMMON, CUSTOM, Lists, parsed

USERS = """
id bigint =
full_name text 100 =
first_name text 40
last_name text 80 !
email email !
status picklist user_statuses =
confirm boolean =
role text 30 =
profile text 30 =
Reporting_To userlookup Users
zuid text 30 =
locale text 30
time_zone text 60
created_time datetime =
Modified_Time datetime =
type__s text 30 =
Hired_On date +
Left_On date +
"""
_LEADS = """
Last_Name text 80 !
First_Name text 40
Full_Name text 80 =
Company text 200 !
Email email
Phone phone
Lead_Source picklist lead_sources
Lead_Status picklist lead_statuses
Rating picklist ratings
Industry picklist industries
Annual_Revenue currency
No_of_Employees integer
Converted__s boolean =
Converted_Date_Time datetime =
Converted_Account lookup Accounts =
Converted_Contact lookup Contacts =
Converted_Deal lookup Deals =
Lead_Conversion_Time integer =
Unsubscribed_Mode picklist unsubscribed =
Qualified_Time datetime +
Campaign lookup Campaigns +
"""
_CONTACTS = """
Last_Name text 80 !
First_Name text 40
Full_Name text 80 =
Account_Name lookup Accounts
Email email
Phone phone
Lead_Source picklist lead_sources
Department text 50
Reporting_To lookup Contacts
Unsubscribed_Mode picklist unsubscribed =
"""
_ACCOUNTS = """
Account_Name text 200 !
Account_Type picklist account_statuses
Industry picklist industries
Annual_Revenue currency
Employees integer
Parent_Account lookup Accounts
Ownership picklist ownerships
Rating picklist ratings
Phone phone
Website website
Description textarea
Region picklist regions +
Segment picklist segments +
Tax_Number text 30 +
Churn_Reason picklist churn_reasons +
"""
_DEALS = """
Deal_Name text 120 !
Stage picklist stages !
Pipeline picklist pipelines
Amount currency
Closing_Date date
Probability integer
Expected_Revenue currency =
Type picklist deal_types
Lead_Source picklist lead_sources
Next_Step text 100
Account_Name lookup Accounts
Contact_Name lookup Contacts
Campaign_Source lookup Campaigns
Reason_For_Loss__s picklist lost_reasons
Lead_Conversion_Time integer =
Sales_Cycle_Duration integer =
Overall_Sales_Duration integer =
Description textarea
Product picklist products +
Engaged_On date +
Expected_Closing_Date date +
"""
_HISTORY = """
id bigint =
Potential_Name lookup Deals =
Stage picklist stages =
Moved_To__s picklist stages =
Amount currency =
Probability integer =
Expected_Revenue currency =
Closing_Date date =
Stage_Duration_Calendar_Days integer =
Modified_Time datetime =
Modified_By ownerlookup Users =
Created_Time datetime =
Currency picklist currencies =
Exchange_Rate double =
$parent text $
"""
_TASKS = """
Subject text 255 !
Status picklist task_statuses
Priority picklist priorities
Due_Date date
Closed_Time datetime =
Who_Id lookup Contacts
What_Id lookup se_module
Description textarea
Due_Time datetime +
Started_Time datetime +
Activity_Kind picklist activity_kinds +
Direction picklist directions +
"""
_EVENTS = """
Event_Title text 255 !
Start_DateTime datetime !
End_DateTime datetime !
All_day boolean
Participants fileupload
Venue text 255
Who_Id lookup Contacts
What_Id lookup se_module
Description textarea
Held_Time datetime +
"""
_CALLS = """
Subject text 255
Call_Type picklist call_types !
Call_Start_Time datetime !
Call_Duration text 20
Call_Duration_in_seconds integer
Call_Purpose picklist call_purposes
Call_Result picklist call_results
Outgoing_Call_Status picklist call_statuses
Who_Id lookup Contacts
What_Id lookup se_module
Description textarea
"""
_CASES = """
Case_Number autonumber =
Subject text 255 !
Status picklist case_statuses !
Case_Origin picklist channels !
Priority picklist priorities
Type picklist case_types
Case_Reason picklist case_reasons
Reported_By text 50
Email email
Phone phone
Account_Name lookup Accounts
Deal_Name lookup Deals
Related_To lookup Contacts
Product_Name lookup Products
No_of_comments integer =
Solution textarea
Description textarea
First_Response_Time datetime +
First_Resolution_Time datetime +
Resolution_Time datetime +
Closing_Time datetime +
Reopen_Count integer +
Reassign_Count integer +
Customer_Reply_Count integer +
Is_Complaint boolean +
Queue picklist queues +
"""
_CAMPAIGNS = """
Campaign_Name text 200 !
Type picklist campaign_kinds
Status picklist campaign_statuses
Start_Date date
End_Date date
Expected_Revenue currency
Budgeted_Cost currency
Actual_Cost currency
Expected_Response bigint
Num_sent bigint
Parent_Campaign lookup Campaigns
Description textarea
"""
_PRODUCTS = """
Product_Name text 200 !
Product_Code text 40
Unit_Price currency
Product_Active boolean
Product_Category picklist product_categories
Description textarea
"""
_SALES_ORDERS = """
Subject text 120 !
SO_Number text 40 =
Status picklist order_statuses
Due_Date date
Pending text 100
Customer_No text 100
Sales_Commission currency
Excise_Duty currency
Account_Name lookup Accounts
Contact_Name lookup Contacts
Deal_Name lookup Deals
Sub_Total currency =
Grand_Total currency
Description textarea
Ordered_On date +
Promised_On date +
Delivered_On date +
Refunded_Amount currency +
Cost_Amount currency +
"""
_INVOICES = """
Subject text 120 !
Invoice_Number text 40 =
Invoice_Date date
Due_Date date
Status picklist invoice_statuses
Sales_Order lookup Sales_Orders
Account_Name lookup Accounts
Contact_Name lookup Contacts
Sub_Total currency =
Grand_Total currency
Description textarea
"""
STANDARD: Mapping[str, tuple[str, str]] = {
    "Leads": ("Full_Name", _LEADS),
    "Contacts": ("Full_Name", _CONTACTS),
    "Accounts": ("Account_Name", _ACCOUNTS),
    "Deals": ("Deal_Name", _DEALS),
    "Tasks": ("Subject", _TASKS),
    "Events": ("Event_Title", _EVENTS),
    "Calls": ("Subject", _CALLS),
    "Campaigns": ("Campaign_Name", _CAMPAIGNS),
    "Cases": ("Subject", _CASES),
    "Products": ("Product_Name", _PRODUCTS),
    "Sales_Orders": ("Subject", _SALES_ORDERS),
    "Invoices": ("Subject", _INVOICES),
}
"""Zoho's own modules: the field that names a record, and the lines of the fields beside the common ones."""


def modules(lists: Lists) -> Iterator[tuple[ModuleMeta, list[FieldMeta]]]:
    """Every module of the org, with its fields; what lookups point to need not come first."""
    yield _meta("Users", "full_name", lists, api_supported=False), list(parsed(USERS, lists))
    for name, (name_field, lines) in STANDARD.items():
        yield _meta(name, name_field, lists), list(parsed(COMMON + lines.lstrip(), lists))
    yield _meta("DealHistory", "Stage", lists, editable=False, parent="Deals"), list(parsed(_HISTORY, lists))
    for number, (name, lines) in enumerate(ADDED.items(), start=1):
        meta = _meta(name, "Name", lists, generated_type="custom", module_name=f"CustomModule{number}")
        yield meta, list(parsed(COMMON + CUSTOM.lstrip() + lines.lstrip(), lists))


def _meta(
    name: str,
    name_field: str,
    lists: Lists,
    *,
    generated_type: str = "default",
    module_name: str = "",
    api_supported: bool = True,
    editable: bool = True,
    parent: str | None = None,
) -> ModuleMeta:
    singular, plural = module_labels(name, lists.language)
    return ModuleMeta(
        api_name=name,
        singular=singular,
        plural=plural,
        module_name=module_name,
        generated_type=generated_type,
        name_field=name_field,
        api_supported=api_supported,
        editable=editable,
        parent=parent,
    )
