"""What modules and fields are called in the org's language; api names are English in every org."""

from __future__ import annotations

from collections.abc import Mapping

_ENGLISH: Mapping[str, str] = {
    "id": "Record Id", "Owner": "Owner", "SO_Number": "SO Number", "Num_sent": "Num sent", "Record_Status__s":
    "Record Status", "Closing_Date": "Closing Date", "Potential_Name": "Deal Name", "Moved_To__s": "Moved To",
    "Who_Id": "Contact Name", "What_Id": "Related To", "Reason_For_Loss__s": "Reason For Loss",
    "Start_DateTime": "From", "End_DateTime": "To", "Event_Title": "Title", "All_day": "All day",
    "Stage_Duration_Calendar_Days": "Stage Duration (Calendar Days)", "No_of_Employees": "No. of Employees",
}  # fmt: skip
_CHINESE: Mapping[str, str] = {
    "id": "记录编号", "Owner": "负责人", "Created_By": "创建人", "Modified_By": "修改人", "Created_Time": "创建时间",
    "Modified_Time": "修改时间", "Last_Activity_Time": "最近活动时间", "Tag": "标签", "Record_Status__s": "记录状态",
    "Locked__s": "已锁定", "Currency": "币种", "Exchange_Rate": "汇率", "Name": "名称", "Email": "邮箱",
    "Secondary_Email": "备用邮箱", "Email_Opt_Out": "拒收邮件", "Last_Name": "姓", "First_Name": "名",
    "Full_Name": "姓名", "Company": "公司", "Phone": "电话", "Mobile": "手机", "Lead_Source": "线索来源",
    "Lead_Status": "线索状态", "Rating": "评级", "Industry": "行业", "Annual_Revenue": "年收入",
    "No_of_Employees": "员工人数", "Employees": "员工人数", "Converted__s": "已转化",
    "Converted_Date_Time": "转化时间",
    "Converted_Account": "转化的客户", "Converted_Contact": "转化的联系人", "Converted_Deal": "转化的商机",
    "Lead_Conversion_Time": "线索转化时长", "Unsubscribed_Mode": "退订方式", "Qualified_Time": "确认时间",
    "Campaign": "市场活动", "Account_Name": "客户名称", "Reporting_To": "上级", "Department": "部门",
    "Vendor_Name": "供应商", "Account_Type": "客户状态", "Parent_Account": "上级客户", "Ownership": "所有制",
    "Website": "网站", "Region": "区域", "Segment": "客户级别", "Tax_Number": "统一社会信用代码",
    "Churn_Reason": "流失原因", "Deal_Name": "商机名称", "Stage": "阶段", "Pipeline": "销售流程", "Amount": "金额",
    "Closing_Date": "关闭日期", "Probability": "赢率(%)", "Expected_Revenue": "预期收入", "Type": "类型",
    "Next_Step": "下一步", "Contact_Name": "联系人", "Campaign_Source": "来源活动", "Reason_For_Loss__s": "输单原因",
    "Sales_Cycle_Duration": "销售周期", "Overall_Sales_Duration": "总销售时长", "Product": "产品",
    "Engaged_On": "接洽日期", "Expected_Closing_Date": "预计成交日期", "Potential_Name": "商机名称",
    "Moved_To__s": "转入阶段", "Stage_Duration_Calendar_Days": "阶段时长(天)", "Subject": "主题", "Status": "状态",
    "Priority": "优先级", "Due_Date": "截止日期", "Due_Time": "截止时间", "Closed_Time": "完成时间",
    "Who_Id": "相关联系人", "What_Id": "相关记录", "Activity_Kind": "类别", "Direction": "方向",
    "Started_Time": "开始时间", "Description": "描述", "Event_Title": "标题", "Start_DateTime": "开始时间",
    "End_DateTime": "结束时间", "All_day": "全天", "Participants": "参与者", "Venue": "地点",
    "Held_Time": "实际完成时间",
    "Call_Type": "通话类型", "Call_Start_Time": "通话开始时间", "Call_Duration": "通话时长",
    "Call_Duration_in_seconds": "通话时长(秒)", "Call_Purpose": "通话目的", "Call_Result": "通话结果",
    "Outgoing_Call_Status": "呼出状态", "Case_Number": "工单编号", "Case_Origin": "渠道", "Case_Reason": "问题原因",
    "Reported_By": "报告人", "Related_To": "联系人", "Product_Name": "产品名称", "No_of_comments": "评论数",
    "Solution": "解决方案", "First_Response_Time": "首次响应时间", "First_Resolution_Time": "首次解决时间",
    "Resolution_Time": "解决时间", "Closing_Time": "关闭时间", "Reopen_Count": "重开次数",
    "Reassign_Count": "转派次数", "Customer_Reply_Count": "客户回复次数", "Is_Complaint": "是否投诉", "Queue": "服务组",
    "Campaign_Name": "活动名称", "Start_Date": "开始日期", "End_Date": "结束日期", "Budgeted_Cost": "预算",
    "Actual_Cost": "实际费用", "Expected_Response": "预期响应", "Num_sent": "发送数量", "Parent_Campaign": "上级活动",
    "Product_Code": "产品编号", "Unit_Price": "单价", "Product_Active": "在售", "Product_Category": "产品类别",
    "SO_Number": "订单号", "Pending": "待处理", "Customer_No": "客户编号", "Sales_Commission": "提成",
    "Excise_Duty": "消费税", "Sub_Total": "小计", "Grand_Total": "总计", "Ordered_On": "下单日期",
    "Promised_On": "承诺交付日期", "Delivered_On": "实际交付日期", "Refunded_Amount": "退款金额", "Cost_Amount": "成本",
    "Invoice_Number": "发票编号", "Invoice_Date": "开票日期", "Sales_Order": "销售订单", "Kind": "类别",
    "Topic": "主题", "Score": "得分", "Scale_Min": "最低分", "Scale_Max": "最高分", "Comment": "评语",
    "Sent_Time": "发送时间", "Answered_Time": "回答时间", "Case": "工单", "Employee": "员工", "Responsible": "负责员工",
    "Category": "费用类别", "Starts_On": "起始日期", "Ends_On": "截止日期(不含)", "Team": "团队", "Course": "课程",
    "Assigned_On": "分配日期", "Due_On": "应完成日期", "Completed_On": "完成日期", "Passed": "是否通过",
    "Monthly_Amount": "月费", "Renewal_On": "续约日期", "Started_On": "开始日期", "Ended_On": "结束日期",
    "Contact": "联系人", "Lead": "线索", "Account": "客户", "Added_Time": "加入时间", "Delivered_Time": "送达时间",
    "Responded_Time": "响应时间", "Converted_Time": "转化时间", "full_name": "姓名", "first_name": "名",
    "last_name": "姓", "email": "邮箱", "status": "状态", "confirm": "已确认", "role": "角色", "profile": "权限",
    "Hired_On": "入职日期", "Left_On": "离职日期", "time_zone": "时区", "locale": "地区", "zuid": "ZUID",
}  # fmt: skip
_MODULES: Mapping[str, tuple[str, str, str]] = {
    "Users": ("User", "Users", "用户"), "Leads": ("Lead", "Leads", "线索"),
    "Contacts": ("Contact", "Contacts", "联系人"), "Accounts": ("Account", "Accounts", "客户"),
    "Deals": ("Deal", "Deals", "商机"), "DealHistory": ("Stage History", "Stage History", "阶段历史"),
    "Tasks": ("Task", "Tasks", "任务"), "Events": ("Meeting", "Meetings", "会议"), "Calls": ("Call", "Calls", "通话"),
    "Cases": ("Case", "Cases", "工单"), "Campaigns": ("Campaign", "Campaigns", "市场活动"),
    "Products": ("Product", "Products", "产品"), "Sales_Orders": ("Sales Order", "Sales Orders", "销售订单"),
    "Invoices": ("Invoice", "Invoices", "发票"), "Surveys": ("Survey", "Surveys", "满意度调查"),
    "Costs": ("Cost", "Costs", "费用"), "Trainings": ("Training", "Trainings", "培训"),
    "Subscriptions": ("Subscription", "Subscriptions", "服务合同"),
    "Campaign_Members": ("Campaign Member", "Campaign Members", "活动成员"),
}  # fmt: skip


def field_label(api_name: str, language: str) -> str:
    """What people of that language read above the field.

    >>> field_label("Closing_Date", "zh-CN"), field_label("Next_Step", "en")
    ('关闭日期', 'Next Step')
    """
    if language.startswith("zh") and api_name in _CHINESE:
        return _CHINESE[api_name]
    return _ENGLISH.get(api_name, api_name.removesuffix("__s").replace("_", " "))


def module_labels(api_name: str, language: str) -> tuple[str, str]:
    """One of them, and many."""
    singular, plural, chinese = _MODULES[api_name]
    return (chinese, chinese) if language.startswith("zh") else (singular, plural)
