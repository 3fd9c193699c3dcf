"""Makes the sample that `crm-kpi demo` ships: a small hardware seller's 2025, with the dirt that real exports have.

Run by hand whenever the sample should change: ``python tests/connector/make_sample.py connector/sample_data/data``.
A test makes it again and compares, so that the files and this script cannot part. Only `Random.random` is used: its
sequence is the same on every Python.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

LAST_DAY = date(2025, 11, 28)
TEAMS = (
    ("T1", "Asia", "", "U01"),
    ("T2", "Europe", "", "U02"),
    ("T3", "East China 华东", "T1", "U03"),
    ("T4", "South China 华南", "T1", "U04"),
    ("T5", "Germany", "T2", "U05"),
    ("T6", "Benelux", "T2", "U06"),
)
PEOPLE = (
    ("Helen Zhou", "Sales Asia"),
    ("Marta Keller", "Sales Europe"),
    *((name, "T3") for name in ("王芳", "李伟", "Grace Lin", "陈静", "Tom Sun", "赵敏")),
    *((name, "T4") for name in ("黄丽", "周强", "Amy Ho", "吴磊", "Ken Leung")),
    *((name, "T5") for name in ("Jonas Vogel", "Anna Brandt", "Peter Lang", "Lena Fuchs", "Max Stern", "Ida Roth")),
    *((name, "T6") for name in ("Sofie Maes", "Daan Visser", "Emma Claes", "Bram Smit", "Noor Bakker")),
)
LEADS = {"T3": "王芳", "T4": "黄丽", "T5": "Jonas Vogel", "T6": "Sofie Maes"}
WIN_SHARE = {"T3": 0.68, "T4": 0.55, "T5": 0.62, "T6": 0.48}
REGION = {"T3": "China", "T4": "China", "T5": "Germany", "T6": "Benelux"}
PRODUCTS = (("Edge Router", 2400.0), ("Rack Server", 14800.0), ("Office Switch", 620.0), ("Storage Box", 7300.0))
SOURCES = ("referral", "fair", "website", "partner", "cold call")
SEGMENTS = ("enterprise", "mid-market", "small business", "")
INDUSTRIES = ("retail", "logistics", "health", "education", "manufacturing", "finance")
ACCOUNT_NAMES = {
    "T3": [
        "云帆物流",
        "华东医疗",
        "Blue Lantern Retail",
        "新港制造",
        "苏州智造",
        "江南教育",
        "Pearl Tower Finance",
        "海岚超市",
    ],
    "T4": [
        "粤海电子",
        "深湾科技",
        "Harbour Lights Ltd",
        "南方学堂",
        "岭南食品",
        "Kowloon Freight",
        "惠民药房",
        "珠江机械",
    ],
    "T5": [
        "Adler Logistik",
        "Birkenhof Klinik",
        "Falke Maschinenbau",
        "Grünwald Schulen",
        "Hafen & Söhne",
        "Isar Retail",
        "Kranich Bank",
        "Lindner Möbel",
        "Nordsee Fisch",
        "Rheintal Pharma",
    ],
    "T6": [
        "Amstel Foods",
        "Brabant Motors",
        "De Linde School",
        "Ghent Textiles",
        "Maas Shipping",
        "Polder Energy",
        "Schelde Health",
        "Tulip Finance",
    ],
}
OPEN_STAGES = (("Qualification", 10), ("Proposal", 40), ("Negotiation", 70))

Row = Mapping[str, object]


class Dice:
    """Choices that use nothing but `Random.random`."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def chance(self, share: float) -> bool:
        return self._random.random() < share

    def between(self, low: int, high: int) -> int:
        return low + int(self._random.random() * (high - low + 1))

    def one_of(self, choices: Sequence[object]) -> object:
        return choices[self.between(0, len(choices) - 1)]

    def spread(self, middle: float, share: float) -> float:
        return middle * (1 - share + 2 * share * self._random.random())


def users(dice: Dice) -> list[Row]:
    """Two heads of sales and four teams; one rep has left."""
    rows = []
    for number, (name, team) in enumerate(PEOPLE, start=1):
        own = {"Sales Asia": "T1", "Sales Europe": "T2"}.get(team, team)
        hired = date(2018, 1, 8) + timedelta(days=dice.between(0, 2300))
        active = "no" if name == "Max Stern" else "yes"
        rows.append(
            {
                "Employee ID": f"U{number:02d}",
                "Name": name,
                "Email": f"u{number:02d}@lantern-bridge.example",
                "Team ID": own,
                "Active": active,
                "Hired": hired.isoformat(),
            }
        )
    return rows


def teams(people: Iterable[Row]) -> list[Row]:
    """The tree: two regions, two teams each."""
    ids = {row["Name"]: row["Employee ID"] for row in people}
    heads = {"T1": "U01", "T2": "U02"} | {team: str(ids[name]) for team, name in LEADS.items()}
    return [
        {"Team ID": team, "Team": name, "Parent ID": parent, "Lead ID": heads[team]} for team, name, parent, _ in TEAMS
    ]


def accounts(dice: Dice, reps: Mapping[str, Sequence[str]]) -> list[Row]:
    rows = []
    for team, names in ACCOUNT_NAMES.items():
        for name in names:
            rows.append(
                {
                    "Account ID": f"A{len(rows) + 1:03d}",
                    "Account": name,
                    "Owner": dice.one_of(reps[team]),
                    "Segment": dice.one_of(SEGMENTS),
                    "Industry": dice.one_of(INDUSTRIES),
                    "Region": REGION[team],
                    "Status": "customer" if dice.chance(0.8) else "prospect",
                }
            )
    return rows


def deal(dice: Dice, number: int, account: Row, team: str) -> dict[str, object]:
    """One deal: created some day of the year, won, lost, cancelled or still open on the last day."""
    product, price = PRODUCTS[dice.between(0, len(PRODUCTS) - 1)]
    created = date(2025, 1, 2) + timedelta(days=dice.between(0, 320))
    engaged = created + timedelta(days=dice.between(0, 14))
    closes = engaged + timedelta(days=dice.between(12, 110))
    amount = round(dice.spread(price, 0.25) * dice.between(1, 6), 2)
    stage, probability = OPEN_STAGES[dice.between(0, 2)]
    closed: object = ""
    if closes <= LAST_DAY:
        closed = closes.isoformat()
        won = dice.chance(WIN_SHARE[team])
        stage, probability = ("Closed Won", 100) if won else ("Cancelled" if dice.chance(0.12) else "Closed Lost", 0)
    return {
        "Deal ID": f"D{number:04d}",
        "Deal": f"{account['Account']}: {product}",
        "Account": account["Account"],
        "Owner": account["Owner"],
        "Stage": stage,
        "Amount": f"{amount:.2f}",
        "Probability": probability,
        "Product": product,
        "Source": dice.one_of(SOURCES),
        "Created": f"{created.isoformat()}T09:{dice.between(10, 59)}:00+08:00",
        "Engaged": engaged.isoformat() if engaged <= LAST_DAY else "",
        "Expected Close": closes.isoformat(),
        "Closed": closed,
    }


def deals(dice: Dice, customers: Sequence[Row], team_of: Mapping[object, str]) -> list[dict[str, object]]:
    rows = []
    for number in range(1, 361):
        account = customers[dice.between(0, len(customers) - 1)]
        rows.append(deal(dice, number, account, team_of[account["Account"]]))
    return rows


def soil(rows: list[dict[str, object]]) -> None:
    """The dirt that every export has: a line twice, a misspelt owner, a date that is none, an amount left out."""
    won = [row for row in rows if row["Stage"] == "Closed Won"]
    won[3]["Owner"] = "Jonas Vogl"
    won[7]["Amount"] = ""
    lost = next(row for row in rows if row["Stage"] == "Closed Lost")
    lost["Closed"] = "2025-02-30"
    rows.append(dict(won[11]))


def orders(dice: Dice, sold: Iterable[Row]) -> list[Row]:
    """Each won deal becomes one or two orders; a few are cancelled or partly refunded."""
    rows: list[Row] = []
    for won in (row for row in sold if row["Stage"] == "Closed Won" and row["Amount"]):
        parts = 1 + dice.chance(0.3)
        for part in range(parts):
            day = date.fromisoformat(str(won["Closed"])) + timedelta(days=1 + 21 * part + dice.between(0, 5))
            amount = round(float(str(won["Amount"])) / parts, 2)
            if day > LAST_DAY:
                continue
            rows.append(
                {
                    "Order No": f"SO-{len(rows) + 1:04d}",
                    "Account": won["Account"],
                    "Owner": won["Owner"],
                    "Deal ID": won["Deal ID"],
                    "Status": "cancelled" if dice.chance(0.04) else "delivered",
                    "Amount": f"{amount:.2f}",
                    "Refunded": f"{amount / 4:.2f}" if dice.chance(0.05) else "",
                    "Ordered": day.isoformat(),
                }
            )
    return rows


def activities(dice: Dice, worked: Sequence[Row]) -> list[Row]:
    rows = []
    for number in range(1, 701):
        served = worked[dice.between(0, len(worked) - 1)]
        start = datetime.combine(date.fromisoformat(str(served["Created"])[:10]), datetime.min.time())
        start += timedelta(days=dice.between(0, 45), hours=dice.between(9, 17), minutes=dice.between(0, 59))
        done = start + timedelta(minutes=dice.between(5, 90))
        kind = dice.one_of(("Call", "Call", "Meeting", "Task"))
        finished = done.date() <= LAST_DAY and dice.chance(0.85)
        rows.append(
            {
                "Activity ID": f"K{number:04d}",
                "Kind": kind,
                "Deal ID": served["Deal ID"],
                "Owner": served["Owner"],
                "Start": f"{start.isoformat()}+08:00",
                "Done": f"{done.isoformat()}+08:00" if finished else "",
            }
        )
    return rows


def write(folder: Path, name: str, rows: Sequence[Row]) -> None:
    with (folder / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def make(folder: Path) -> None:
    """All six files."""
    dice = Dice(2025)
    folder.mkdir(parents=True, exist_ok=True)
    people = users(dice)
    reps = {team: [name for name, own in PEOPLE if own == team] for team in ACCOUNT_NAMES}
    customers = accounts(dice, reps)
    team_of: dict[object, str] = {name: team for team, names in ACCOUNT_NAMES.items() for name in names}
    pipeline = deals(dice, customers, team_of)
    sold = orders(dice, pipeline)
    work = activities(dice, pipeline)
    soil(pipeline)
    write(folder, "users.csv", people)
    write(folder, "teams.csv", teams(people))
    write(folder, "accounts.csv", customers)
    write(folder, "deals.csv", pipeline)
    write(folder, "orders.csv", sold)
    write(folder, "activities.csv", work)


if __name__ == "__main__":
    make(Path(sys.argv[1]))
