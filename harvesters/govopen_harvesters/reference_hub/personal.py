"""Entries that hold personal data: honest departments tag their columns, careless ones do not."""

from __future__ import annotations

from govopen_harvesters.reference_hub import people
from govopen_harvesters.reference_hub.entry import Column, Entry, Two, col

__all__ = ["entries"]


def _p(name: str, zh: str, en: str, meaning_zh: str, meaning_en: str, *tags: str, type: str = "string", level: int = 4, **more: object) -> Column:  # noqa: A002
    """Write a personal column: never open by itself."""
    more.setdefault("open_type", "closed" if level == 4 else "conditional")  # noqa: PLR2004
    return col(name, zh, en, meaning_zh, meaning_en, type, tags=tags, level=level, share_type="2", **more)  # type: ignore[arg-type]


_POPULATION = (
    _p("sfzh", "公民身份号码", "Identity number", "十八位公民身份号码", "Eighteen-digit identity number", "person.id_number", element="DE00001"),
    _p("xm", "姓名", "Name", "户籍登记姓名", "Registered name", "person.name", element="DE00002"),
    _p("xb", "性别", "Sex", "户籍登记性别", "Registered sex", "person.sex", level=3, codelist="GB/T 2261.1"),
    _p("csrq", "出生日期", "Date of birth", "户籍登记出生日期", "Registered date of birth", "person.birth_date", type="date", level=3),
    _p("mz", "民族", "Ethnic group", "户籍登记民族", "Registered ethnic group", "person.ethnic", level=3, codelist="GB/T 3304"),
    _p("xzqh", "行政区划", "Division", "现住地县级区划代码", "Code of the county of residence", "geo.division", level=2, codelist="GB/T 2260"),
    _p("zz", "住址", "Address", "现住详细地址", "Full address of residence", "person.address"),
    _p("lxdh", "联系电话", "Phone", "本人手机号码", "Own mobile number", "person.phone"),
    _p("whcd", "文化程度", "Education", "最高受教育程度", "Highest education", "person.education", level=3, codelist="GB/T 4658"),
    _p("zy", "职业", "Occupation", "现职业类别", "Kind of present occupation", "person.occupation", level=3),
    _p("djrq", "登记日期", "Registered on", "户籍登记日期", "Date of registration", type="date", level=2),
)
_VISITS = (
    _p("visit_no", "就诊流水号", "Visit number", "门诊就诊唯一流水号", "Unique number of the visit", "person.other_id", key=True, required=True),
    _p("patient_id", "患者身份号码", "Patient's identity number", "患者公民身份号码", "Identity number of the patient", "person.id_number"),
    _p("patient_name", "患者姓名", "Patient's name", "患者姓名", "Name of the patient", "person.name"),
    _p("sex", "性别", "Sex", "患者性别", "Sex of the patient", "person.sex", level=3, codelist="GB/T 2261.1"),
    _p("birth_date", "出生日期", "Date of birth", "患者出生日期", "Date of birth of the patient", "person.birth_date", type="date", level=3),
    _p("phone", "联系电话", "Phone", "患者手机号码", "Mobile number of the patient", "person.phone"),
    _p("address", "住址", "Address", "患者现住地址", "Address of the patient", "person.address"),
    _p("division", "行政区划", "Division", "患者现住地县级区划代码", "Code of the patient's county", "geo.division", level=2, codelist="GB/T 2260"),
    _p("hospital", "就诊机构", "Hospital", "就诊医疗机构名称", "Name of the hospital", "public_facility", level=2),
    _p("department", "科室", "Department", "就诊科室名称", "Department of the hospital", level=2),
    _p("diagnosis_code", "诊断编码", "Diagnosis code", "ICD-10 主要诊断编码", "ICD-10 code of the main diagnosis", "person.health", codelist="ICD-10"),
    _p("diagnosis_name", "诊断名称", "Diagnosis", "主要诊断名称", "Main diagnosis", "person.health"),
    _p("visit_date", "就诊日期", "Visit date", "门诊就诊日期", "Day of the visit", type="date", level=3),
    _p("fee", "费用", "Fee", "本次门诊总费用", "Total fee of the visit", "person.finance", type="number", unit="元"),
    _p("insurance", "医保类型", "Insurance", "费用支付的医保类型", "Kind of insurance that paid", level=3),
)
_HOLDERS = (
    col("uscc", "统一社会信用代码", "Credit code", "企业统一社会信用代码", "Unified social credit code of the company", tags=("org.uscc",), element="DE00010"),
    col("ent_name", "企业名称", "Company", "企业登记名称", "Registered name of the company", tags=("org.name",)),
    col("ent_type", "企业类型", "Type", "企业登记类型", "Registered type of the company"),
    col("reg_state", "登记状态", "State", "企业登记状态", "State of the registration"),
    col("industry", "行业代码", "Industry", "国民经济行业大类代码", "Code of the industry", codelist="GB/T 4754"),
    col("est_date", "成立日期", "Established", "企业成立日期", "Date of establishment", "date"),
    col("reg_address", "住所", "Registered office", "企业登记住所", "Registered office of the company"),
    col("legal_rep", "法定代表人", "Legal representative", "法定代表人姓名，依法公示", "Name of the legal representative, published by law", tags=("org.legal_representative",), level=2),
    col("reg_capital", "注册资本", "Registered capital", "企业注册资本", "Registered capital of the company", "integer", unit="万元"),
    _p("holder_name", "自然人股东", "Shareholder", "自然人股东姓名，依法公示", "Name of the natural-person shareholder, published by law", "org.shareholder_name", level=2),
    _p("holder_id", "股东身份号码", "Shareholder's identity number", "自然人股东公民身份号码", "Identity number of the shareholder", "person.id_number"),
    _p("holder_phone", "股东电话", "Shareholder's phone", "自然人股东手机号码", "Mobile number of the shareholder", "person.phone"),
    _p("holder_address", "股东住址", "Shareholder's address", "自然人股东住址", "Home address of the shareholder", "person.address"),
    _p("share_pct", "持股比例", "Share", "认缴出资占注册资本比例", "Share of the registered capital", type="number", level=2, unit="%"),
)
_STUDENTS = (
    _p("student_no", "学籍号", "Student number", "全国学籍号", "National student number", "person.other_id"),
    _p("student_name", "学生姓名", "Student's name", "学生姓名", "Name of the student", "person.name", "person.minor"),
    _p("gender", "性别", "Sex", "学生性别", "Sex of the student", "person.sex", level=3, codelist="GB/T 2261.1"),
    _p("birthday", "出生日期", "Date of birth", "学生出生日期", "Date of birth of the student", "person.birth_date", "person.minor", type="date", level=3),
    _p("id_card", "身份证件号", "Identity number", "学生公民身份号码", "Identity number of the student", "person.id_number", "person.minor"),
    _p("school", "学校", "School", "就读学校名称", "School of the student", "public_facility", level=2),
    _p("grade", "年级", "Grade", "就读年级，一至十二", "Grade from one to twelve", type="integer", level=2),
    _p("class_no", "班级", "Class", "就读班级序号", "Number of the class", type="integer", level=3),
    _p("guardian", "监护人", "Guardian", "监护人姓名", "Name of the guardian", "person.name"),
    _p("guardian_phone", "监护人电话", "Guardian's phone", "监护人手机号码", "Mobile number of the guardian", "person.phone"),
    _p("home_address", "家庭住址", "Home address", "学生家庭住址", "Home address of the student", "person.address"),
    _p("subsidy", "是否资助", "Subsidy", "是否享受困难学生资助", "Whether the student gets a subsidy", "person.finance"),
)
_CARELESS = tuple(
    col(name, zh, en, meaning, meaning_en)
    for name, zh, en, meaning, meaning_en in (
        ("f01", "协议编号", "Agreement number", "签约协议编号", "Number of the agreement"),
        ("f02", "签约对象", "Party", "签约的居民", "Resident who signed"),
        ("f03", "证件", "Document", "签约居民证件", "Document of the resident"),
        ("f04", "联系方式", "Contact", "签约居民联系方式", "Contact of the resident"),
        ("f05", "位置", "Place", "签约居民所在位置", "Place of the resident"),
        ("f06", "服务医生", "Doctor", "提供服务的家庭医生", "Family doctor who serves"),
        ("f07", "服务类别", "Service", "签约服务的人群类别", "Group of the service"),
    )
)
_ORDERS = (
    col("order_no", "工单编号", "Order number", "热线工单编号", "Number of the order", key=True),
    col("topic", "诉求类别", "Topic", "市民诉求的类别", "Kind of request"),
    col("content", "诉求内容", "Content", "话务员记录的诉求内容", "What the operator wrote down"),
    col("received", "受理日期", "Received", "工单受理日期", "Day of receipt", "date"),
)
_MADE: Two = ("由程序按种子生成的虚构人员，与任何真实个人无关", "Fictitious people generated from a seed; about nobody real")


def entries(rows: int) -> list[Entry]:
    """List the entries; the four big tables have `rows` rows each."""
    small = max(200, min(3000, rows // 20))
    return [
        Entry(
            key="population-register", canary_columns=("sfzh", "xm", "zz", "lxdh"), dept="police", title=("常住人口登记信息", "Register of residents"), theme="public_safety",
            notes=("常住人口基本登记信息，按人记录，供脱敏后开放与统计使用。", "Basic registration of residents, one person a row, to be de-identified."),
            row_meaning=("每行一名常住人口", "One resident"), base_library="population", category="A", open_type="conditional",
            open_condition="签订开放利用协议，脱敏后提供。", cycle="4", columns=_POPULATION, table=people.population(rows), origin=_MADE,
            share_type="2", share_condition="依据职责申请", tags=("人口", "户籍"), expect="rule.closed.personal", legal_basis="《中华人民共和国户口登记条例》",
        ),
        Entry(
            key="outpatient-visits", canary_columns=("visit_no", "patient_id", "patient_name", "phone", "address"), dept="health", title=("医院门诊就诊记录", "Hospital outpatient visits"), theme="health",
            notes=("各级医院门诊就诊记录，含诊断与费用，按就诊记录，供脱敏汇总后开放。", "Outpatient visits with diagnosis and fee, one visit a row, to be aggregated."),
            row_meaning=("每行一次门诊就诊", "One visit"), category="A", open_type="conditional", open_condition="仅开放汇总结果；细粒度汇总需签订协议。",
            cycle="4", columns=_VISITS, table=people.outpatients(rows), origin=_MADE, share_type="2", share_condition="依据职责申请",
            tags=("门诊", "就诊", "疾病"), expect="rule.closed.personal", legal_basis="《中华人民共和国基本医疗卫生与健康促进法》",
        ),
        Entry(
            key="enterprise-shareholders", canary_columns=("holder_id", "holder_phone", "holder_address"), dept="market", title=("企业及自然人股东登记信息", "Companies and natural-person shareholders"), theme="market",
            notes=("企业登记基本信息及自然人股东出资信息，按股东记录。", "Registration of companies with natural-person shareholders, one shareholder a row."),
            row_meaning=("每行一家企业的一名自然人股东", "One shareholder of one company"), base_library="legal_person", category="B", open_type="conditional",
            open_condition="依法公示范围以外的内容脱敏后提供。", cycle="4", columns=_HOLDERS, table=people.enterprises(rows), origin=_MADE,
            share_type="2", share_condition="依据职责申请", tags=("企业登记", "股东"), legal_basis="《企业信息公示暂行条例》",
        ),
        Entry(
            key="student-register", canary_columns=("student_no", "student_name", "id_card", "guardian", "guardian_phone", "home_address"), dept="education", title=("中小学学籍信息", "Register of pupils"), theme="education",
            notes=("中小学学生学籍信息，含不满十四周岁未成年人，供汇总统计后开放。", "Register of pupils, many under fourteen, to be aggregated."),
            row_meaning=("每行一名在籍学生", "One pupil"), category="A", open_type="conditional", open_condition="仅开放汇总结果。", cycle="6",
            columns=_STUDENTS, table=people.students(rows), origin=_MADE, share_type="2", share_condition="依据职责申请",
            tags=("学籍", "学生"), expect="rule.closed.personal", legal_basis="《中华人民共和国未成年人保护法》",
        ),
        Entry(
            key="doctor-contracts", canary_columns=("f02", "f03", "f04", "f05"), dept="county-health", title=("家庭医生签约服务明细", "Family doctor agreements"), theme="health",
            notes=("家庭医生签约服务明细清单，反映基层医疗服务开展情况。", "List of family doctor agreements that shows primary care at work."),
            row_meaning=("每行一份签约协议", "One agreement"), columns=_CARELESS, table=people.contracts(small), cycle="5", origin=_MADE,
            tags=("家庭医生", "签约"), expect="rule.closed.personal",
        ),
        Entry(
            key="hotline-orders", dept="data", title=("政务热线工单明细", "Hotline orders"), theme="living",
            notes=("政务服务热线受理的市民诉求工单明细与诉求内容。", "Orders of the government hotline with what citizens asked for."),
            row_meaning=("每行一件热线工单", "One order"), columns=_ORDERS, table=people.hotline(small), cycle="4", origin=_MADE,
            tags=("热线", "诉求"), expect="rule.closed.personal",
        ),
    ]
