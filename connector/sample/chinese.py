"""The sample company in Chinese: 北辰网络设备, which sells network and computer hardware in China and beyond."""

from __future__ import annotations

from connector.sample.words import Product, Region, Words, listed

_FAMILY = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹"
    "彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖"
)
_GIVEN = listed(
    """
    伟 芳 敏 静 磊 洋 艳 勇 娟 涛 明 超 霞 平 刚 晓明 晓红 志强 志伟 建国
    建华 文静 文博 雨桐 雨欣 子涵 子轩 思远 思琪 佳怡 佳宁 俊杰 俊峰 浩然 浩宇 欣然 欣怡 嘉豪 嘉琪 诗涵
    诗雅 梓萱 梓豪 一诺 一鸣 若曦 若琳 天宇 天佑 梦瑶 梦洁 晨曦 晨阳 海燕 海波 春梅 春生 秋月 冬梅 玉兰
    玉珍 国庆 国强 丽华 丽娜 美玲 美娟 小龙 小燕 永康 永健 家明 家欣 立新 立群 安琪 安然 乐天 乐怡 可欣
    """
)
_HEADS = (
    ("云", "yun"), ("海", "hai"), ("江", "jiang"), ("星", "xing"), ("晨", "chen"), ("锦", "jin"),
    ("瑞", "rui"), ("宏", "hong"), ("泰", "tai"), ("恒", "heng"), ("嘉", "jia"), ("远", "yuan"),
)  # fmt: skip
_TAILS = (
    ("帆", "fan"), ("川", "chuan"), ("峰", "feng"), ("林", "lin"), ("源", "yuan"),
    ("禾", "he"), ("岚", "lan"), ("舟", "zhou"), ("桥", "qiao"), ("泉", "quan"),
)  # fmt: skip

CHINESE = Words(
    language="zh-CN",
    zone="Asia/Shanghai",
    currency="CNY",
    fair_currency="USD",
    fair_per_home_unit=140,
    seasons=(92, 55, 112, 104, 100, 108, 96, 92, 108, 84, 116, 118),
    company="北辰网络设备有限公司",
    mail_domain="beichen-shebei.example",
    person="{family}{given}",
    given=_GIVEN,
    family=tuple(_FAMILY),
    account="{city}{head}{tail}{trade}{suffix}",
    account_twin="{name}({city})",
    branch="{name}第{number}分公司",
    heads=_HEADS,
    tails=_TAILS,
    trades=(
        "物流", "货运", "速递", "诊所", "医疗", "药房", "学校", "学院", "培训", "机械", "塑料", "工具",
        "食品", "服饰", "家居", "银行", "保险", "投资", "能源", "光伏", "水务", "酒店", "旅行社", "餐饮",
    ),
    suffixes=("有限公司", "股份有限公司", "集团", "有限责任公司", "合伙企业"),
    phone="+86 100 {number}",  # no number begins with 100
    tax_number="91000000M{number}",  # region 000000 does not exist
    products=(
        Product("边缘路由器", "边缘路油器", 16_800, mix=20, win_percent=64, cost_percent=62),
        Product("机架服务器", "机架服务气", 68_000, mix=28, win_percent=72, cost_percent=70),
        Product("办公交换机", "办公交换鸡", 8_600, mix=18, win_percent=60, cost_percent=58),
        Product("存储阵列", "存储陈列", 98_000, mix=10, win_percent=34, cost_percent=66),
        Product("无线接入点", "无线接人点", 5_400, mix=14, win_percent=58, cost_percent=55),
        Product("工业网关", "工业网官", 25_000, mix=10, win_percent=54, cost_percent=60),
    ),
    regions=(
        Region("华东", ("上海", "杭州", "南京", "苏州"), "CNY", 1_000),
        Region("华南", ("广州", "深圳", "厦门", "福州"), "CNY", 1_000),
        Region("华北", ("北京", "天津", "济南", "青岛"), "CNY", 1_000),
        Region("西南", ("成都", "重庆", "昆明", "贵阳"), "CNY", 1_000),
        Region("港澳", ("香港", "澳门"), "HKD", 1_090),
        Region("新加坡", ("新加坡",), "SGD", 188),
    ),
    departments=("销售部", "服务部", "市场部", "综合办公室"),
    sales_team="{region}{number}组",
    queues=("维修组", "咨询组", "物流组", "账务组", "安装组", "质保组", "网络组", "渠道组"),
    topics=(
        ("风扇故障", "电源故障", "硬盘故障"), ("初始设置", "固件升级", "密码重置"), ("送货延迟", "发错货", "包装破损"),
        ("发票", "退款", "付款条件"), ("上门服务", "机柜安装", "布线"), ("保修申请", "换货", "序列号"),
        ("丢包", "无线覆盖", "远程接入"), ("平台账号", "价格表", "培训申请"),
    ),
    segments=("大型企业", "中型企业", "小型企业"),
    industries=("物流", "医疗", "教育", "制造", "零售", "金融", "公用事业", "酒店餐饮"),
    misspelt_industries=("物留", "医疔", "教肓", "制照", "零授", "金熔", "公用是业", "酒店参饮"),
    account_statuses=("潜在客户", "客户", "流失客户"),
    churn_reasons=("价格", "转向竞争对手", "停业", "不再需要", "对服务不满"),
    sources=("市场活动", "客户转介绍", "官网", "合作伙伴", "电话拓展", "展会"),
    misspelt_sources=("市场话动", "客户转介召", "官往", "合做伙伴", "电活拓展", "展汇"),
    pipelines=("直销", "渠道"),
    open_stages=("初步接触", "需求确认", "方案报价", "商务谈判"),
    closed_stages=("赢单", "输单", "搁置"),
    deal_types=("新客户", "增购", "续约"),
    lost_reasons=("价格过高", "输给竞争对手", "功能不足", "交期太长", "预算取消"),
    order_statuses=("未完成", "已交付", "已取消"),
    subscription_statuses=("生效中", "已续约", "已取消"),
    lead_statuses=("新线索", "已确认", "已转化", "无效"),
    campaign_kinds=("邮件推广", "线上研讨会", "网络广告", "海外展会"),
    campaign_name="{kind}:{product} {month}",
    campaign_statuses=("计划中", "进行中", "已结束"),
    channels=("邮件", "电话", "在线客服", "服务平台"),
    case_types=("咨询", "故障", "投诉"),
    priorities=("低", "中", "高"),
    case_statuses=("新建", "处理中", "已解决", "已关闭"),
    survey_topics=("工单处理", "推荐意愿", "工作满意度", "雇主推荐意愿"),
    praise=("响应很快,态度很好。", "一次就解决了,谢谢。", "正是我们需要的。", "一直很热心。"),
    blame=("等得太久了。", "问了三次才有人答复。", "故障又出现了。", "没有人回电话。"),
    cost_categories=("薪酬", "提成", "工具", "市场活动"),
    courses=("产品基础", "顾问式销售", "数据保护", "投诉处理", "谈判技巧"),
    cause_titles={
        "product_win_rate": "一个产品的赢单率下降",
        "team_mix": "一个团队的产品结构变化",
        "slow_queue": "一个服务组响应变慢",
    },
    cause_stories={
        "product_win_rate": "竞争对手推出了更便宜的型号:{since}起关闭的{what}商机中,"
        "有结果的赢单比例由{before}降至{after}。",
        "team_mix": "{what}自{since}起关闭的商机换了产品:难赢的产品变多,各产品自身的赢单率没有因此变化。",
        "slow_queue": "{what}人手不足:{since}起新建的工单首次响应时间是以前的{after}倍,满意的客户变少。",
    },
)  # fmt: skip
