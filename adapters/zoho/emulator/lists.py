"""Values of the org's picklists: the sample company's words, and Zoho's own where it has none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from adapters.zoho.emulator.meta import LOST, OPEN, WON, PickValue
from adapters.zoho.emulator.schema import Lists
from connector.sample.company import Company
from connector.sample.deals import OPEN_PROBABILITY

_ENGLISH: Mapping[str, Sequence[str]] = {
    "ratings": ("Acquired", "Active", "Market Failed", "Project Cancelled", "Shut Down"),
    "ownerships": ("Private", "Public", "Partnership", "Government"),
    "unsubscribed": ("Consent form", "Manual", "Unsubscribe link", "Zoho campaigns"),
    "call_types": ("Outbound", "Inbound", "Missed"),
    "call_purposes": ("Prospecting", "Administrative", "Negotiation", "Demo", "Project", "Support"),
    "call_results": ("Interested", "Not interested", "No response/Busy", "Requested more info"),
    "call_statuses": ("Scheduled", "Completed", "Overdue", "Cancelled"),
    "task_statuses": ("Not Started", "Deferred", "In Progress", "Completed", "Waiting for input"),
    "activity_kinds": ("Task", "Email", "Other"),
    "directions": ("Inbound", "Outbound"),
    "product_categories": ("Hardware", "Software", "Services"),
    "invoice_statuses": ("Created", "Approved", "Delivered", "Cancelled"),
}
_CHINESE: Mapping[str, Sequence[str]] = {
    "ratings": ("已成交", "跟进中", "市场失败", "项目取消", "已关闭"),
    "ownerships": ("民营", "上市", "合伙", "政府"),
    "unsubscribed": ("同意书", "手动", "退订链接", "营销平台"),
    "call_types": ("呼出", "呼入", "未接"),
    "call_purposes": ("开发客户", "行政", "谈判", "演示", "项目", "支持"),
    "call_results": ("有兴趣", "无兴趣", "无人接听", "索取资料"),
    "call_statuses": ("已安排", "已完成", "已逾期", "已取消"),
    "task_statuses": ("未开始", "已推迟", "进行中", "已完成", "等待他人"),
    "activity_kinds": ("任务", "邮件", "其他"),
    "directions": ("来电来访", "主动联系"),
    "product_categories": ("硬件", "软件", "服务"),
    "invoice_statuses": ("已创建", "已批准", "已交付", "已取消"),
}
SURVEY_KINDS = ("csat", "nps", "esat", "enps")


def picklists(company: Company, currencies: Iterable[str]) -> Lists:
    """All lists of the org, in its language."""
    words = company.words
    own: dict[str, Sequence[str]] = {
        "record_statuses": ("Available", "Draft", "Trash"),
        "user_statuses": ("active", "disabled", "deleted"),
        "survey_kinds": SURVEY_KINDS,
        "currencies": tuple(currencies),
        "lead_sources": words.sources,
        "lead_statuses": words.lead_statuses,
        "industries": words.industries,
        "account_statuses": words.account_statuses,
        "regions": tuple(region.name for region in words.regions[: company.profile.regions]),
        "segments": words.segments,
        "churn_reasons": words.churn_reasons,
        "pipelines": words.pipelines,
        "deal_types": words.deal_types,
        "lost_reasons": words.lost_reasons,
        "products": tuple(product.name for product in words.products),
        "priorities": words.priorities,
        "case_statuses": words.case_statuses,
        "channels": words.channels,
        "case_types": words.case_types,
        "case_reasons": tuple(topic for topics in words.topics for topic in topics),
        "queues": words.queues[: company.profile.queues],
        "campaign_kinds": words.campaign_kinds,
        "campaign_statuses": words.campaign_statuses,
        "order_statuses": words.order_statuses,
        "subscription_statuses": words.subscription_statuses,
        "cost_categories": words.cost_categories,
        "courses": words.courses,
    }
    usual = _CHINESE if words.language.startswith("zh") else _ENGLISH
    values = {name: tuple(map(PickValue, each)) for name, each in {**usual, **own}.items()}
    return Lists(words.language, {**values, "stages": stages(company)})


def stages(company: Company) -> tuple[PickValue, ...]:
    """The stages of deals: labels are the company's, only the marker says what is won and lost."""
    words = company.words
    opened = [
        PickValue(name, probability=round(likely), forecast_type=OPEN)
        for name, likely in zip(words.open_stages, OPEN_PROBABILITY, strict=True)
    ]
    closed = [
        PickValue(name, probability=100 if kind == WON else 0, forecast_type=kind)
        for name, kind in zip(words.closed_stages, (WON, LOST, LOST), strict=True)
    ]
    return (*opened, *closed)
