"""How a CRM export heads its columns and words its picklists, in the sample's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kpi_engine.facts import FACTS, ColumnType

NAMED = {"users": "name", "teams": "name"}
"""Tables whose records an export shows by name alone; links to all other tables are shown by id."""


@dataclass(frozen=True, slots=True)
class Labels:
    """One language's words for an export."""

    record_id: str
    account_name: str
    """Head of the column beside an account's id."""
    yes: str
    no: str
    columns: Mapping[str, str]
    """Heads, by the name of the fact column."""
    values: Mapping[str, Mapping[str, str]]
    """The vendor's words for closed vocabularies, by column and value."""

    def head(self, table: str, column: str) -> str:
        """The head of a column; a table's own id is called just that."""
        return self.record_id if column == "id" else self.columns.get(f"{table}.{column}", self.columns[column])


def exported_columns(table: str) -> tuple[str, ...]:
    """The fact columns that an export has: not those of our own making."""
    return tuple(name for name in FACTS[table].column_names if name not in {"connection", "deleted_at"})


def linked_by_name(table: str, column: str) -> str:
    """The table whose names stand in a column; empty for all columns that hold ids or values."""
    found = FACTS[table].column(column)
    return found.links if found and found.links in NAMED else ""


def is_flag(table: str, column: str) -> bool:
    found = FACTS[table].column(column)
    return bool(found and found.type is ColumnType.BOOLEAN)


ENGLISH_LABELS = Labels(
    record_id="Record ID",
    account_name="Account",
    yes="Yes",
    no="No",
    columns={
        "modified_at": "Last Modified", "name": "Name", "email": "Email", "team_id": "Team", "manager_id": "Manager",
        "active": "Active", "hired_on": "Hired On", "left_on": "Left On", "parent_id": "Parent Team",
        "owner_id": "Owner", "segment": "Segment", "industry": "Industry", "region": "Region",
        "tax_number": "Tax Number", "phone": "Phone", "email_domain": "Mail Domain", "created_at": "Created",
        "status": "Status", "churn_reason": "Churn Reason", "account_id": "Account ID", "contact_id": "Contact ID",
        "source": "Source", "campaign_id": "Campaign ID", "qualified_at": "Qualified", "converted_at": "Converted",
        "deal_id": "Deal ID", "lead_id": "Lead ID", "case_id": "Case ID", "user_id": "Employee",
        "pipeline": "Pipeline", "stage": "Stage", "outcome": "Outcome", "amount": "Amount", "currency": "Currency",
        "probability": "Probability (%)", "product": "Product", "type": "Type", "lost_reason": "Lost Reason",
        "engaged_on": "Engaged On", "expected_close_on": "Expected Close", "closed_on": "Closed On",
        "from_stage": "From Stage", "to_stage": "To Stage", "changed_at": "Changed", "changed_by_id": "Changed By",
        "number": "Order Number", "refunded_amount": "Refunded", "cost_amount": "Cost", "ordered_on": "Ordered On",
        "promised_on": "Promised On", "delivered_on": "Delivered On", "started_on": "Start Date",
        "ended_on": "End Date", "renewal_on": "Renewal Date", "monthly_amount": "Monthly Amount",
        "channel": "Channel", "topic": "Topic", "priority": "Priority", "is_complaint": "Complaint",
        "first_response_at": "First Response", "first_resolved_at": "First Solved", "resolved_at": "Solved",
        "closed_at": "Closed", "reopen_count": "Reopened (times)", "reassign_count": "Reassigned (times)",
        "customer_reply_count": "Customer Replies", "kind": "Kind", "direction": "Direction", "due_at": "Due",
        "started_at": "Started", "done_at": "Done", "sent_count": "Messages Sent", "added_at": "Added",
        "delivered_at": "Delivered", "responded_at": "Responded", "comment": "Comment", "score": "Score",
        "scale_min": "Scale From", "scale_max": "Scale To", "sent_at": "Sent", "answered_at": "Answered",
        "category": "Category", "starts_on": "From", "ends_on": "Until (exclusive)", "course": "Course",
        "assigned_on": "Assigned On", "due_on": "Due On", "completed_on": "Completed On", "passed": "Passed",
        "from_currency": "From Currency", "to_currency": "To Currency", "valid_on": "Valid From", "rate": "Rate",
    },
    values={
        "outcome": {"open": "Open", "won": "Won", "lost": "Lost", "abandoned": "Abandoned"},
        "kind": {"call": "Call", "meeting": "Meeting", "task": "Task", "email": "Email", "other": "Other"},
        "direction": {"inbound": "Inbound", "outbound": "Outbound"},
    },
)  # fmt: skip

CHINESE_LABELS = Labels(
    record_id="记录编号",
    account_name="客户名称",
    yes="是",
    no="否",
    columns={
        "modified_at": "修改时间", "name": "名称", "email": "邮箱", "team_id": "团队", "manager_id": "主管",
        "active": "在职", "hired_on": "入职日期", "left_on": "离职日期", "parent_id": "上级团队",
        "owner_id": "负责人", "segment": "客户级别", "industry": "行业", "region": "区域",
        "tax_number": "统一社会信用代码", "phone": "电话", "email_domain": "邮箱域名", "created_at": "创建时间",
        "status": "状态", "churn_reason": "流失原因", "account_id": "客户编号", "contact_id": "联系人编号",
        "source": "来源", "campaign_id": "市场活动编号", "qualified_at": "确认时间", "converted_at": "转化时间",
        "deal_id": "商机编号", "lead_id": "线索编号", "case_id": "工单编号", "user_id": "员工",
        "pipeline": "销售流程", "stage": "阶段", "outcome": "结果", "amount": "金额", "currency": "币种",
        "probability": "赢率(%)", "product": "产品", "type": "类型", "lost_reason": "输单原因",
        "engaged_on": "接洽日期", "expected_close_on": "预计成交日期", "closed_on": "关闭日期",
        "from_stage": "原阶段", "to_stage": "新阶段", "changed_at": "变更时间", "changed_by_id": "变更人",
        "number": "订单号", "refunded_amount": "退款金额", "cost_amount": "成本", "ordered_on": "下单日期",
        "promised_on": "承诺交付日期", "delivered_on": "实际交付日期", "started_on": "开始日期",
        "ended_on": "结束日期", "renewal_on": "续约日期", "monthly_amount": "月费",
        "channel": "渠道", "topic": "主题", "priority": "优先级", "is_complaint": "是否投诉",
        "first_response_at": "首次响应时间", "first_resolved_at": "首次解决时间", "resolved_at": "解决时间",
        "closed_at": "关闭时间", "reopen_count": "重开次数", "reassign_count": "转派次数",
        "customer_reply_count": "客户回复次数", "kind": "类别", "direction": "方向", "due_at": "截止时间",
        "started_at": "开始时间", "done_at": "完成时间", "sent_count": "发送数量", "added_at": "加入时间",
        "delivered_at": "送达时间", "responded_at": "响应时间", "comment": "评语", "score": "得分",
        "scale_min": "最低分", "scale_max": "最高分", "sent_at": "发送时间", "answered_at": "回答时间",
        "category": "费用类别", "starts_on": "起始日期", "ends_on": "截止日期(不含)", "course": "课程",
        "assigned_on": "分配日期", "due_on": "应完成日期", "completed_on": "完成日期", "passed": "是否通过",
        "from_currency": "原币种", "to_currency": "目标币种", "valid_on": "生效日期", "rate": "汇率",
    },
    values={
        "outcome": {"open": "进行中", "won": "赢单", "lost": "输单", "abandoned": "放弃"},
        "kind": {"call": "电话", "meeting": "会议", "task": "任务", "email": "邮件", "other": "其他"},
        "direction": {"inbound": "来电来访", "outbound": "主动联系"},
    },
)  # fmt: skip

LABELS: Mapping[str, Labels] = {"en": ENGLISH_LABELS, "zh-CN": CHINESE_LABELS}
