"""Mails as they come: plain ones, and those that nobody should have sent."""

from email.message import EmailMessage

BUYER = "buyer@example.com"
DESK = "service@uk.example"


def mail(text="Where is my parcel?", *, html=None, files=(), **headers):
    """A mail of a buyer as bytes; a header is named with underscores, ``None`` leaves it out."""
    given = {
        "From": f"Jo Buyer <{BUYER}>",
        "To": DESK,
        "Subject": "Parcel",
        "Message-ID": "<one@buyer.example>",
        "Date": "Thu, 02 Apr 2026 09:00:00 +0000",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    made = EmailMessage()
    for name, value in given.items():
        if value is not None:
            made[name] = value
    if text is not None:
        made.set_content(text)
    if html is not None:
        if text is None:
            made.set_content(html, subtype="html")
        else:
            made.add_alternative(html, subtype="html")
    for name, data in files:
        made.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return made.as_bytes()


def bounce(message_id, *, action="failed", why="smtp; 550 5.1.1 no such user"):
    """What a mail server says of a mail that it did not deliver."""
    return (
        "From: MAILER-DAEMON@mx.example\r\nTo: service@uk.example\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <b1@mx.example>\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\nFinal-Recipient: rfc822; buyer@example.com\r\n"
        f"Action: {action}\r\nDiagnostic-Code: {why}\r\n\r\n"
        "--B\r\nContent-Type: message/rfc822\r\n\r\n"
        f"From: service@uk.example\r\nMessage-ID: {message_id}\r\nSubject: Re\r\n\r\nHello\r\n"
        "--B--\r\n"
    ).encode()


_HEAD = b"From: buyer@example.com\r\nSubject: Parcel\r\nMessage-ID: <h@x>\r\n"


def _parted(*parts, boundary=b"B"):
    head = _HEAD + b'Content-Type: multipart/mixed; boundary="' + boundary + b'"\r\n\r\n'
    return head + b"".join(b"--B\r\n" + part + b"\r\n" for part in parts) + b"--B--\r\n"


def _nested(depth):
    inner = b"Content-Type: text/plain\r\n\r\ndeep"
    for number in range(depth):
        mark = b"b%d" % number
        inner = b'Content-Type: multipart/mixed; boundary="%s"\r\n\r\n--%s\r\n%s\r\n--%s--\r\n' % (
            mark,
            mark,
            inner,
            mark,
        )
    return _HEAD + inner


# What must neither break the reader nor get lost, by what is wrong with it.
HOSTILE = {
    "nothing": b"",
    "only zeros": b"\0" * 1000,
    "noise": bytes(range(256)) * 40,
    "no head": b"\r\n\r\nHello",
    "no body": _HEAD,
    "no sender": b"Subject: x\r\n\r\nHello",
    "two senders": b"From: a@x.example, b@x.example\r\nSubject: x\r\n\r\nHello",
    "sender of signs": b"From: <<>>@@\"';--\r\nSubject: x\r\n\r\nHello",
    "sender with a line": b"From: =?utf-8?q?a=0ABcc=3A_x=40y?= <a@x.example>\r\n\r\nHello",
    "subject with a line": _HEAD.replace(b"Parcel", b"=?utf-8?q?a=0D=0ABcc=3A_x=40y?=") + b"\r\nHi",
    "subject of 200 KB": b"From: a@x.example\r\nSubject: " + b"x" * 200_000 + b"\r\n\r\nHello",
    "ten thousand heads": b"X-A: b\r\n" * 10_000 + _HEAD + b"\r\nHello",
    "long references": _HEAD + b"References: " + b"<a@b> " * 20_000 + b"\r\n\r\nHello",
    "unknown charset": _HEAD + b"Content-Type: text/plain; charset=klingon\r\n\r\nHello",
    "wrong charset": _HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n\xff\xfe\x80",
    "half characters": _HEAD + b"Content-Type: text/plain; charset=utf-7\r\n\r\n+2AA-",
    "charset of a codec": _HEAD + b"Content-Type: text/plain; charset=zlib\r\n\r\nHello",
    "broken base64": _HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n@@@=A=",
    "unknown encoding": _HEAD + b"Content-Transfer-Encoding: x-uue\r\n\r\nHello",
    "broken type": _HEAD + b"Content-Type: ;;;=\r\n\r\nHello",
    "broken word": _HEAD.replace(b"Parcel", b"=?utf-8?b?////?= =?x?q?=?=") + b"\r\nHello",
    "broken date": _HEAD + b"Date: yesterday at noon\r\n\r\nHello",
    "date of year 99999": _HEAD + b"Date: Thu, 02 Apr 99999 09:00:00 +9900\r\n\r\nHello",
    "no end of parts": _HEAD
    + b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n--B\r\n\r\nHello',
    "no boundary": _HEAD + b"Content-Type: multipart/mixed\r\n\r\nHello",
    "nested fifty deep": _nested(50),
    "nested three thousand deep": _nested(3000),
    "five thousand parts": _parted(*[b"Content-Type: text/plain\r\n\r\nHello"] * 5_000),
    "name of folders": _parted(
        b'Content-Type: text/plain\r\nContent-Disposition: attachment; filename="../../etc/x.txt"'
        b"\r\n\r\nHello"
    ),
    "name that turns": _parted(
        b"Content-Type: text/plain\r\nContent-Disposition: attachment; "
        b"filename*=utf-8''a%E2%80%AEtxt.exe\r\n\r\nHello"
    ),
    "name of zeros": _parted(
        b"Content-Type: text/plain\r\nContent-Disposition: attachment; "
        b"filename*=utf-8''a%00%0D%0A.txt\r\n\r\nHello"
    ),
    "broken name": _parted(
        b"Content-Type: text/plain\r\nContent-Disposition: attachment; filename*=x'y\r\n\r\nHello"
    ),
    "winmail.dat": _parted(
        b"Content-Type: application/ms-tnef; name=winmail.dat\r\n\r\n\x78\x9f\x3e\x22"
    ),
    "mail in a mail": _parted(b"Content-Type: message/rfc822\r\n\r\n" + _HEAD + b"\r\nInner"),
    "partial mail": _HEAD + b"Content-Type: message/partial; number=1\r\n\r\nHello",
    "page with a script": _HEAD
    + b"Content-Type: text/html\r\n\r\n<script>alert(1)</script><img src=x onerror=alert(1)>Hello",
    "page never closed": _HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 50_000,
    "page of brackets": _HEAD + b"Content-Type: text/html\r\n\r\n" + b"<a" * 100_000,
    "page of divs": _HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div>" * 50_000 + b"Hello",
    "page of scripts": _HEAD + b"Content-Type: text/html\r\n\r\n" + b"<script></scrip" * 20_000,
    "signs of repetition": _HEAD + b"\r\n" + b"> \r\n" * 60_000 + b"end\r\n",
    "lines that say who wrote": _HEAD + b"\r\n" + b"On Monday he wrote:\r\n" * 9_000,
    "one line of a megabyte": _HEAD + b"\r\n" + b"x" * 1_000_000,
    "bare line ends": _HEAD.replace(b"\r\n", b"\r") + b"\rHello",
}
