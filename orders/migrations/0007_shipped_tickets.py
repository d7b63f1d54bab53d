"""What is promised of tickets to begin with, and the words that close them; all can be edited."""

from django.db import migrations

RESOLUTIONS = (
    ("answered", "Question answered"),
    ("refunded", "Refunded"),
    ("partly_refunded", "Partly refunded"),
    ("resent", "Sent again"),
    ("exchanged", "Exchanged"),
    ("return_arranged", "Return arranged"),
    ("goodwill", "Goodwill"),
    ("no_action", "Nothing to do"),
    ("spam", "No customer"),
)
CAUSES = (
    ("product_quality", "Product quality"),
    ("not_as_described", "Not as described"),
    ("listing_unclear", "Listing unclear"),
    ("damaged_in_transit", "Damaged in transit"),
    ("late_delivery", "Late delivery"),
    ("lost_parcel", "Lost parcel"),
    ("wrong_item", "Wrong item sent"),
    ("missing_part", "Part missing"),
    ("customer_error", "Customer's mistake"),
    ("platform", "Marketplace"),
    ("other", "Other"),
)
# measure, name, kind, channel, marketplace, minutes, pauses
POLICIES = (
    ("first_response", "First response within 24 hours", "", "", "", 1440, False),
    ("update", "Next reply, measured", "", "", "", None, True),
    ("resolution", "Resolution, measured", "", "", "", None, True),
    ("resolution", "Complaints resolved within 72 hours", "complaint", "", "", 4320, True),
    ("platform", "Amazon: reply within 24 hours", "", "chat", "amazon", 1440, False),
)
# measure, level, minutes after due, audience, only major
RULES = (
    ("first_response", 1, -120, "team", False),
    ("first_response", 2, 0, "supervisor", False),
    ("first_response", 3, 240, "head_office", True),
    ("update", 1, 0, "owner", False),
    ("resolution", 1, -720, "owner", False),
    ("resolution", 2, 0, "supervisor", False),
    ("resolution", 3, 1440, "head_office", True),
    ("platform", 1, -240, "team", False),
    ("platform", 2, 0, "supervisor", False),
)
TEMPLATES = (
    (
        "received",
        "en",
        "Your message has arrived",
        "Dear customer,\n\nthank you for your message about order {order}. We are looking into it "
        "and will answer within one working day. Your case number is {ticket}.\n\n"
        "Kind regards\n{agent}, {store}",
    ),
    (
        "received",
        "zh",
        "已收到您的留言",
        "尊敬的客户:\n\n我们已收到您关于订单 {order} 的留言,正在核实,将在一个工作日内回复您。"
        "您的工单编号是 {ticket}。\n\n{store} 客服 {agent}",
    ),
    (
        "where-is-it",
        "en",
        "Where is my order",
        "Dear customer,\n\nyour order {order} is on its way. International parcels can stay without "
        "a new scan for some days. If it has not arrived within a week, please write to us again "
        "and we will send it once more or refund it.\n\nKind regards\n{agent}, {store}",
    ),
    (
        "where-is-it",
        "zh",
        "我的订单在哪里",
        "尊敬的客户:\n\n您的订单 {order} 正在运输途中,国际包裹可能数日没有新的物流信息。"
        "如一周内仍未收到,请再次联系我们,我们会为您补发或退款。\n\n{store} 客服 {agent}",
    ),
    (
        "return",
        "en",
        "How to return",
        "Dear customer,\n\nwe are sorry that you were not content with order {order}. Please send "
        "it back unused in its packing and write {ticket} on the parcel; we refund you once it has "
        "been inspected.\n\nKind regards\n{agent}, {store}",
    ),
    (
        "return",
        "zh",
        "如何退货",
        "尊敬的客户:\n\n很抱歉订单 {order} 未能让您满意。请将未使用的商品连同包装寄回,"
        "并在包裹上注明 {ticket},我们验货后即为您退款。\n\n{store} 客服 {agent}",
    ),
)


def ship(apps, schema_editor):
    def model(name):
        return apps.get_model("orders", name)

    for code, name in RESOLUTIONS:
        model("ResolutionCode").objects.create(code=code, name=name)
    for code, name in CAUSES:
        model("RootCause").objects.create(code=code, name=name)
    always = model("WorkCalendar").objects.create(code="always", name="Round the clock")
    for measure, name, kind, channel, marketplace, minutes, pauses in POLICIES:
        model("SlaPolicy").objects.create(
            measure=measure,
            name=name,
            kind=kind,
            channel=channel,
            marketplace=marketplace,
            minutes=minutes,
            pauses=pauses,
            calendar=always,
        )
    for measure, level, minutes, audience, major in RULES:
        model("EscalationRule").objects.create(
            measure=measure,
            level=level,
            minutes_after_due=minutes,
            audience=audience,
            only_major=major,
        )
    for code, language, title, text in TEMPLATES:
        model("ReplyTemplate").objects.create(
            code=code, language=language, title=title, text=text
        )


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_tickets")]

    operations = [migrations.RunPython(ship, migrations.RunPython.noop, elidable=False)]
