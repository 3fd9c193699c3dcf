"""The sample company in English: Northfield Hardware, which sells network and computer hardware in North America."""

from __future__ import annotations

from connector.sample.words import Product, Region, Words, listed

_GIVEN = listed(
    """
    Aaron Abigail Adrian Alice Amelia Andrew Anna Arthur Audrey Benjamin Bridget Caleb Camille Carlos Caroline
    Cedric Chloe Clara Connor Daniel Daphne Derek Diana Dylan Edith Elena Eli Emma Ethan Eva Felix Fiona Frances
    Gabriel Georgia Grace Hannah Harriet Henry Hugo Ian Irene Isaac Ivy Jacob Jasmine Joel Julia Karen Keith
    Laura Leo Lucy Marcus Martha Miguel Nadia Nathan Nora Oliver Olivia Oscar Paula Peter Quentin Rachel Raymond
    Rosa Ruth Samuel Sarah Simon Stella Theodore Thomas Valerie Victor Violet Walter Yvonne
    """
)
_FAMILY = listed(
    """
    Abbott Adler Alvarez Archer Baines Barlow Beaumont Bishop Blackwell Bradley Brennan Calloway Carver Castillo
    Chandler Clayton Coleman Cortez Crawford Dalton Delgado Donovan Drummond Ellison Fairbanks Farrell Fletcher
    Foster Gallagher Garrison Gibson Granger Griffin Hadley Harding Hawkins Hayward Holloway Huang Ingram Jensen
    Kapoor Keller Lambert Langley Lindgren Lockwood Maddox Marlow McBride Mercer Morales Nakamura Norwood Okafor
    Osborne Palmer Patel Pemberton Porter Quinn Ramsey Redmond Rivera Rowland Salazar Sawyer Schmidt Sinclair
    Stanton Sutton Thornton Underwood Vaughn Walsh Webster Whitaker Winslow Yates Zimmerman
    """
)
_HEADS = listed("Harbor River Cedar Granite Amber Falcon Willow Copper Maple Summit Lantern Prairie")
_TAILS = listed("bridge field point gate crest brook stone haven ridge wood")

ENGLISH = Words(
    language="en",
    zone="America/Chicago",
    currency="USD",
    fair_currency="EUR",
    fair_per_home_unit=920,
    seasons=(95, 100, 105, 100, 98, 104, 88, 84, 106, 104, 108, 112),
    company="Northfield Hardware",
    mail_domain="northfield-hardware.example",
    person="{given} {family}",
    given=_GIVEN,
    family=_FAMILY,
    account="{head}{tail} {trade} {suffix}",
    account_twin="{name}, {city}",
    branch="{name}, Branch {number}",
    heads=tuple((word, word.lower()) for word in _HEADS),
    tails=tuple((word, word) for word in _TAILS),
    trades=(
        "Logistics", "Freight", "Couriers", "Clinics", "Medical", "Pharmacy", "Schools", "College", "Training",
        "Machinery", "Plastics", "Tools", "Foods", "Outfitters", "Furniture", "Bank", "Insurance", "Capital",
        "Energy", "Solar", "Water", "Hotels", "Travel", "Restaurants",
    ),
    suffixes=("Inc", "LLC", "Group", "Co", "Partners"),
    phone="+1 555 {number}",  # area code 555 is assigned to nobody
    tax_number="00-{number}",  # no employer number begins with 00
    products=(
        Product("Edge Router", "Edge Ruoter", 2_400, mix=20, win_percent=64, cost_percent=62),
        Product("Rack Server", "Rack Sever", 9_800, mix=28, win_percent=72, cost_percent=70),
        Product("Office Switch", "Ofice Switch", 1_250, mix=18, win_percent=60, cost_percent=58),
        Product("Storage Array", "Storage Aray", 14_500, mix=10, win_percent=34, cost_percent=66),
        Product("Wireless Access Point", "Wireles Access Point", 780, mix=14, win_percent=58, cost_percent=55),
        Product("Industrial Gateway", "Industrail Gateway", 3_600, mix=10, win_percent=54, cost_percent=60),
    ),
    regions=(
        Region("Midwest", ("Chicago", "Milwaukee", "Detroit", "Omaha"), "USD", 1_000),
        Region("East", ("Boston", "Philadelphia", "Atlanta", "Charlotte"), "USD", 1_000),
        Region("West", ("Seattle", "Portland", "Denver", "Phoenix"), "USD", 1_000),
        Region("Canada", ("Toronto", "Calgary", "Vancouver", "Ottawa"), "CAD", 1_360),
        Region("Britain", ("London", "Leeds", "Bristol", "Glasgow"), "GBP", 780),
        Region("Eurozone", ("Berlin", "Rotterdam", "Lyon", "Milan"), "EUR", 920),
    ),
    departments=("Sales", "Service", "Marketing", "Office"),
    sales_team="{region} team {number}",
    queues=(
        "Repairs desk", "Help desk", "Delivery desk", "Billing desk", "Installation desk", "Warranty desk",
        "Network desk", "Partner desk",
    ),
    topics=(
        ("Broken fan", "Power supply", "Disk failure"), ("Setup", "Firmware", "Password"),
        ("Late delivery", "Wrong item", "Damaged parcel"), ("Invoice", "Refund", "Payment terms"),
        ("Site visit", "Rack mounting", "Cabling"), ("Warranty claim", "Replacement", "Serial number"),
        ("Packet loss", "Wireless coverage", "VPN"), ("Portal access", "Price list", "Training request"),
    ),
    segments=("Enterprise", "Mid-market", "Small business"),
    industries=(
        "Logistics", "Health", "Education", "Manufacturing", "Retail", "Finance", "Utilities", "Hospitality",
    ),
    misspelt_industries=(
        "Logistcs", "Helath", "Educaton", "Manufacuring", "Retial", "Finace", "Utilites", "Hospitalty",
    ),
    account_statuses=("Prospect", "Customer", "Former customer"),
    churn_reasons=("Price", "Went to a competitor", "Closed down", "Service not needed", "Unhappy with support"),
    sources=("Campaign", "Referral", "Website", "Partner", "Cold call", "Trade fair"),
    misspelt_sources=("Campain", "Referal", "Web site", "Partnr", "Cold-call", "Tradefair"),
    pipelines=("Direct sales", "Partner sales"),
    open_stages=("Qualification", "Needs analysis", "Proposal", "Negotiation"),
    closed_stages=("Closed won", "Closed lost", "No decision"),
    deal_types=("New business", "Expansion", "Renewal"),
    lost_reasons=("Price", "Lost to competitor", "Missing feature", "Delivery time", "No budget"),
    order_statuses=("Open", "Delivered", "Cancelled"),
    subscription_statuses=("Active", "Renewed", "Cancelled"),
    lead_statuses=("New", "Qualified", "Converted", "Not suitable"),
    campaign_kinds=("Newsletter", "Webinar", "Online ads", "Trade fair abroad"),
    campaign_name="{kind}: {product}, {month}",
    campaign_statuses=("Planned", "Running", "Completed"),
    channels=("Email", "Phone", "Chat", "Portal"),
    case_types=("Question", "Incident", "Complaint"),
    priorities=("Low", "Normal", "High"),
    case_statuses=("New", "In progress", "Solved", "Closed"),
    survey_topics=("Case handling", "Recommendation", "Working here", "Recommendation as an employer"),
    praise=("Quick and friendly.", "Solved at once, thank you.", "Exactly what we needed.", "Always helpful."),
    blame=("It took far too long.", "I had to ask three times.", "The fault came back.", "Nobody called back."),
    cost_categories=("Pay", "Commission", "Tools", "Campaign"),
    courses=("Product basics", "Consultative selling", "Data protection", "Handling complaints", "Negotiation"),
    cause_titles={
        "product_win_rate": "A product sells less well",
        "team_mix": "A team's product mix shifted",
        "slow_queue": "A service queue slowed down",
    },
    cause_stories={
        "product_win_rate": "A competitor's cheaper model came out: of the decided deals for {what} that close from "
        "{since} on, {after} are won instead of {before}.",
        "team_mix": "{what} sells other things in the deals that close from {since} on: more of what is hard to win. "
        "No product's own win rate changes by it.",
        "slow_queue": "{what} has too few people: cases that come in from {since} on wait {after} times as long for "
        "their first answer, and fewer customers are satisfied.",
    },
)  # fmt: skip
