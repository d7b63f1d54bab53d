"""What may come out for whom."""

REFUSED = set("lf-0mb1")

# What may come out for whom: of which side the names, contacts, pay, sales and files.
# How to reach a customer is ``buyer``: masked for those who have no need of it.
EVERYTHING = "name contact pay shop goal score files department"
WORK = "name shop goal department"
SIGHT = {
    "A": {},
    "D": {},
    "F": {},
    "Z": {},
    "T": {"mine": EVERYTHING, "home": WORK},
    "S": {"mine": f"{WORK} pay score buyer", "home": f"{WORK} pay score buyer"},
    "L": {"mine": f"{WORK} buyer", "home": f"{WORK} buyer", "away": f"{WORK} pay score buyer"},
    "H": dict.fromkeys(("mine", "home", "away"), f"{WORK} contact pay score"),
    "M": dict.fromkeys(("mine", "home", "away"), f"{WORK} pay score files buyer"),
    "N": dict.fromkeys(("mine", "home", "away"), f"{WORK} contact files"),
    "U": dict.fromkeys(("mine", "home", "away"), f"{WORK} pay score"),
    **{key: {} for key in "kgxrushw"},
    "z": {"home": "shop", "away": "shop"},
    "o": {"home": "shop", "away": "shop"},
    "c": {"home": "shop", "away": "shop"},
    "b": {"home": "shop"},
    "d": {"home": "shop"},
    "W": {"mine": f"{WORK} pay score", "home": f"{WORK} pay score", "away": f"{WORK} pay score"},
}

# Whoever decides chooses the stand-in among all who sign in, by name.
NAMES_EVERYBODY = {"/admin/accounts/standin/add/"}


def leaks(world, letter, answer, path=""):
    """What stands in an answer that this person may not see; in a refusal nothing may."""
    allowed = {} if answer.letter in REFUSED else SIGHT[letter]
    if answer.letter == "+" and path in NAMES_EVERYBODY:
        allowed = {side: f"name {kinds}" for side, kinds in ({"away": ""} | allowed).items()}
    plain = answer.text.replace(",", "")
    return sorted(
        f"{canary.kind} of {canary.side}: {canary.text}"
        for canary in world.canaries
        if canary.kind not in allowed.get(canary.side, "").split()
        and (canary.text in answer.text or canary.text in plain)
    )


def hidden_from(world, letter):
    """The canaries that this person may not see anywhere."""
    return [
        canary
        for canary in world.canaries
        if canary.kind not in SIGHT[letter].get(canary.side, "").split()
    ]
