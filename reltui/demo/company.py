"""The sample organisation as data: Marlow Freight, its people, groups, projects and release definitions.

Everything here is invented.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from reltui.demo.permissions import DELETE_DEFINITIONS, DELETE_RELEASES, EDIT_DEFINITIONS

COMPANY = "Marlow"
DOMAIN = "marlowfreight.example"
ME = "dana"

PEOPLE: dict[str, tuple[str, str]] = {
    "dana": ("Dana Reyes", "America/Chicago"),
    "marcus": ("Marcus Oyelaran", "America/Chicago"),
    "lee": ("Lee Whitcomb", "America/Chicago"),
    "lupe": ("Guadalupe Ferrer", "America/Chicago"),
    "noah": ("Noah Lindqvist", "America/Chicago"),
    "lan": ("Nguyen Thi Lan", "America/Chicago"),
    "tanya": ("Tanya Brightwell", "America/Chicago"),
    "marit": ("Marit Solheim", "Europe/Amsterdam"),
    "tomasz": ("Tomasz Wilk", "Europe/Amsterdam"),
    "anneke": ("Anneke de Boer", "Europe/Amsterdam"),
    "jonas": ("Jonas Reuter", "Europe/Amsterdam"),
    "elodie": ("Élodie Carpentier", "Europe/Amsterdam"),
    "petr": ("Petr Havránek", "Europe/Amsterdam"),
    "siobhan": ("Siobhán Kearney", "Europe/Amsterdam"),
    "olumide": ("Olumide Adeyemi", "Europe/Amsterdam"),
    "priya": ("Priya Raghunathan", "Asia/Kolkata"),
    "arjun": ("Arjun Deshpande", "Asia/Kolkata"),
    "meera": ("Meera Kulkarni", "Asia/Kolkata"),
    "farhan": ("Farhan Qureshi", "Asia/Kolkata"),
    "sanjana": ("Sanjana Iyer", "Asia/Kolkata"),
    "vikram": ("Vikram Chauhan", "Asia/Kolkata"),
}
"""Short key to display name and time zone."""

HOURS_EAST: dict[str, float] = {"America/Chicago": -6.0, "Europe/Amsterdam": 1.0, "Asia/Kolkata": 5.5}
"""Rough offsets; they only place the working day."""

GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "@cab": (f"[{COMPANY}]\\Change Advisory Board", ("dana", "marcus", "marit", "priya")),
    "@portal": ("[Customer Portal]\\Release Approvers", ("dana", "elodie", "sanjana")),
    "@billing-qa": ("[Billing]\\Quality Assurance", ("meera", "lan", "petr")),
    "@finance": ("[Billing]\\Finance Owners", ("tanya", "siobhan")),
    "@data": ("[Data Platform]\\Data Owners", ("olumide", "arjun", "noah")),
    "@shared": ("[Shared Services]\\Release Approvers", ("jonas", "lee", "vikram")),
    "@store": ("[Mobile]\\Store Publishers", ("anneke", "farhan")),
    "@ops": ("[Infrastructure]\\Operations", ("tomasz", "lupe", "vikram")),
}
"""Key to display name and members."""

PROJECTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Billing": ("Invoicing, tariffs, payments and dunning", ("tomasz", "lan", "arjun", "siobhan")),
    "Customer Portal": (
        "What customers see: quotes, tracking, documents",
        ("elodie", "sanjana", "noah", "petr"),
    ),
    "Data Platform": ("Ingestion, warehouse and reports", ("arjun", "olumide", "noah", "meera")),
    "Shared Services": (
        "Gateway, search, mail, printing and other common services",
        ("jonas", "vikram", "lee"),
    ),
    "Mobile": ("Driver and warehouse apps", ("farhan", "anneke", "sanjana")),
    "Infrastructure": ("Networks, clusters, certificates", ("lupe", "tomasz", "vikram")),
}
"""Name to description and the keys of who works there."""

MANAGERS: dict[str, tuple[str, ...]] = {
    "Billing": ("marcus",),
    "Customer Portal": ("dana", "marcus"),
    "Data Platform": ("olumide",),
    "Shared Services": ("dana", "marcus"),
    "Mobile": ("marcus",),
    "Infrastructure": ("dana", "lupe"),
}
"""Who has the permission "Manage release approvers", by project."""

PERMITTED: dict[str, dict[str, tuple[str, ...]]] = {
    "Data Platform": {
        EDIT_DEFINITIONS: ("olumide", "arjun", "noah", "meera"),
        DELETE_DEFINITIONS: ("olumide",),
        DELETE_RELEASES: ("olumide",),
    },
    "Mobile": {DELETE_DEFINITIONS: ("marcus",)},
}
"""Who alone has a permission, by project; everybody has those that are not here."""

MORE_PROJECTS: tuple[str, ...] = (
    "Customs",
    "Fleet",
    "Warehousing",
    "Route Planning",
    "Cold Chain",
    "Claims Desk",
    "Partner Exchange",
    "People and Payroll",
    "Test Tools",
)
"""Further projects of the sizes that have more; nobody manages approvers there."""

Graph = tuple[tuple[str, str], ...]
"""Stage name and what it follows: `release`, stage names joined by `+`, or nothing for manual only."""

LINEAR: Graph = (("DEV", "release"), ("QA", "DEV"), ("UAT", "QA"), ("PROD", "UAT"))
SHORT: Graph = (("DEV", "release"), ("TEST", "DEV"), ("PROD", "TEST"))
QUICK: Graph = (("DEV", "release"), ("QA", "DEV"), ("PROD", "QA"))
BY_HAND: Graph = (("DEV", "release"), ("QA", "DEV"), ("UAT", "QA"), ("PROD", ""))
REGIONS: Graph = (
    ("DEV", "release"),
    ("QA", "DEV"),
    ("UAT", "QA"),
    ("PROD-EU", "UAT"),
    ("PROD-US", "UAT"),
)
WORLD: Graph = (
    ("DEV", "release"),
    ("QA", "DEV"),
    ("STAGE", "QA"),
    ("PROD-EU", "STAGE"),
    ("PROD-US", "STAGE"),
    ("PROD-APAC", "STAGE"),
)
CANARY: Graph = (("DEV", "release"), ("STAGE", "DEV"), ("PROD-CANARY", "STAGE"), ("PROD", "PROD-CANARY"))
JOINED: Graph = (("DEV", "release"), ("QA-API", "DEV"), ("QA-UI", "DEV"), ("PROD", "QA-API+QA-UI"))
HOTFIX: Graph = (("PROD-EU", ""), ("PROD-US", ""))
DEV_ONLY: Graph = (("DEV", "release"),)
SANDBOX: Graph = (("DEV", "release"), ("SANDBOX", "DEV"))
STORE: Graph = (("INTERNAL", "release"), ("BETA", "INTERNAL"), ("STORE", "BETA"))
APPLY: Graph = (("PLAN", "release"), ("NONPROD", "PLAN"), ("PROD", "NONPROD"))


@dataclass(frozen=True, slots=True)
class Ask:
    """Whose signatures one side of a stage needs."""

    who: tuple[str, ...]
    mode: str = "all"
    """`all` in any order, `sequence`, `any` one, or `two` of them."""
    hours: int = 0
    """After so many hours it times out; 0 is the server's 30 days."""
    creator: bool = True
    """Whether the release's creator may sign."""
    revalidates: bool = False
    """Whether the approver has to sign in again, which only the web portal can ask for."""


def ask(*who: str, mode: str = "all", hours: int = 0, creator: bool = True, revalidates: bool = False) -> Ask:
    """Short form for the tables below."""
    return Ask(who, mode, hours, creator, revalidates)


@dataclass(frozen=True, slots=True)
class Watch:
    """Two gates before a stage is deployed; times in minutes."""

    sampling: int = 15
    timeout: int = 1440
    order: str = "beforeGates"
    """When the approvals are asked for (ApprovalExecutionOrder)."""
    blocks: bool = False
    """Whether the second gate fails until somebody ignores it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One task with a fixed duration."""

    name: str
    seconds: int
    result: str = ""
    """How it ends, by attempt, joined by commas; "" is well."""


@dataclass(frozen=True, slots=True)
class Extra:
    """What a stage has beyond its approvals and the usual job on an agent."""

    watch: Watch | None = None
    instructions: str = ""
    """Key of `phrases.INSTRUCTIONS`: a manual intervention on the server before the job."""
    group: int = 0
    """The deployment group on whose machines the job runs, instead of an agent."""
    nightly: bool = False
    """Whether it is deployed at 22:00 from Monday to Friday."""
    steps: tuple[Step, ...] = ()
    """The job's tasks, instead of the usual ones."""


@dataclass(frozen=True, slots=True)
class Spec:
    """One release definition of the sample."""

    project: str
    name: str
    path: str
    graph: Graph
    kind: str
    """Which tasks its jobs run: web, service, database, data, mobile or terraform."""
    repository: str
    pre: dict[str, Ask] = field(default_factory=dict)
    post: dict[str, Ask] = field(default_factory=dict)
    form: str = "Release-$(rev:r)"
    weight: int = 10
    """How often it is released, against the others; 0 means that there is no build of it yet."""
    one_at_a_time: bool = False
    """Whether its last stage takes one deployment at a time."""
    extras: dict[str, Extra] = field(default_factory=dict)
    """By stage."""


_DATED = "$(Date:yyyyMMdd)$(Rev:.r)"
_BUILD = "$(Build.BuildNumber)"

SPECS: tuple[Spec, ...] = (
    Spec(
        "Billing", "Invoice.CD", "\\Backend", LINEAR, "service", "invoice-service",
        pre={"UAT": ask("@billing-qa"), "PROD": ask("tanya", "dana", mode="sequence")},
        weight=22, one_at_a_time=True,
    ),
    Spec(
        "Billing", "Invoice.Worker.CD", "\\Backend", LINEAR, "service", "invoice-service",
        pre={"UAT": ask("@billing-qa"), "PROD": ask("@cab", creator=False)}, weight=14,
        extras={"PROD": Extra(group=72)},
    ),
    Spec(
        "Billing", "Ledger.CD", "\\Backend", LINEAR, "service", "ledger",
        pre={"UAT": ask("@billing-qa"), "PROD": ask("@finance", "marcus")}, post={"PROD": ask("siobhan")},
        extras={"PROD": Extra(watch=Watch())},
    ),
    Spec(
        "Billing", "Payments.CD", "\\Backend", REGIONS, "service", "payments",
        pre={
            "UAT": ask("@billing-qa", hours=48),
            "PROD-EU": ask("marit", "tanya", "marcus", "dana", mode="two", revalidates=True),
            "PROD-US": ask("marit", "tanya", "marcus", "dana", mode="two", revalidates=True),
        },
        form=f"Payments-{_DATED}", weight=16, one_at_a_time=True,
    ),
    Spec(
        "Billing", "Tariffs.CD", "\\Backend", SHORT, "service", "tariffs",
        pre={"PROD": ask("tanya", "siobhan", mode="any")}, form=_BUILD,
    ),
    Spec(
        "Billing", "Dunning.CD", "\\Backend", SHORT, "service", "dunning",
        pre={"PROD": ask("@finance", hours=24)}, weight=6,
    ),
    Spec(
        "Billing", "Billing.Database.CD", "\\Database", APPLY, "database", "billing-database",
        pre={"NONPROD": ask("lan"), "PROD": ask("lan", "@cab", mode="sequence")}, weight=7,
    ),
    Spec(
        "Billing", "Tax.Export.CD", "\\Month end", BY_HAND, "service", "tax-export",
        pre={"PROD": ask("@finance")}, weight=4, extras={"UAT": Extra(instructions="filing")},
    ),
    Spec(
        "Customer Portal", "Portal.Web.CD", "\\Web", WORLD, "web", "portal-web",
        pre={
            "STAGE": ask("@portal"),
            "PROD-EU": ask("elodie", "dana", mode="any"),
            "PROD-US": ask("elodie", "dana", mode="any"),
            "PROD-APAC": ask("sanjana"),
        },
        form=f"Portal-{_DATED}", weight=24,
        extras={
            "PROD-EU": Extra(watch=Watch(order="afterSuccessfulGates")),
            "PROD-US": Extra(watch=Watch(order="afterSuccessfulGates")),
        },
    ),
    Spec(
        "Customer Portal", "Portal.Api.CD", "\\Web", CANARY, "service", "portal-api",
        pre={"PROD-CANARY": ask("@portal")}, post={"PROD-CANARY": ask("dana")}, weight=20,
    ),
    Spec(
        "Customer Portal", "Portal.Identity.CD", "\\Web", LINEAR, "service", "portal-identity",
        pre={"UAT": ask("petr"), "PROD": ask("@cab")}, weight=8,
    ),
    Spec(
        "Customer Portal", "Quotes.CD", "\\Web\\Quotes", JOINED, "web", "quotes",
        pre={"PROD": ask("noah", "@portal")}, form=_BUILD, weight=14,
    ),
    Spec(
        "Customer Portal", "Tracking.CD", "\\Web\\Tracking", REGIONS, "web", "tracking",
        pre={"UAT": ask("sanjana"), "PROD-EU": ask("@portal"), "PROD-US": ask("@portal")}, weight=16,
    ),
    Spec(
        "Customer Portal", "Notifications.CD", "\\Web", SHORT, "service", "notifications",
        pre={"PROD": ask("petr", hours=72)},
    ),
    Spec(
        "Customer Portal", "Claims.CD", "\\Web", SHORT, "web", "claims",
        pre={"PROD": ask("@portal")}, weight=0,
    ),
    Spec(
        "Customer Portal", "Portal.Hotfix", "\\Hotfix", HOTFIX, "web", "portal-web",
        pre={"PROD-EU": ask("@cab", creator=False), "PROD-US": ask("@cab", creator=False)},
        form="Hotfix-$(rev:r)", weight=3,
    ),
    Spec(
        "Data Platform", "Ingest.Shipments.CD", "\\Ingest", LINEAR, "data", "ingest-shipments",
        pre={"PROD": ask("@data")}, weight=12,
        extras={"PROD": Extra(watch=Watch(sampling=60, timeout=10080))},
    ),
    Spec(
        "Data Platform", "Ingest.Telemetry.CD", "\\Ingest", SHORT, "data", "ingest-telemetry",
        pre={"PROD": ask("olumide", "arjun", mode="any")}, weight=12,
    ),
    Spec(
        "Data Platform", "Warehouse.Models.CD", "\\Warehouse", SHORT, "data", "warehouse-models",
        pre={"PROD": ask("arjun", "olumide", "noah", mode="two")}, post={"PROD": ask("@data", hours=48)},
        form=f"models-{_DATED}", weight=14,
    ),
    Spec(
        "Data Platform", "Reporting.CD", "\\Warehouse", LINEAR, "web", "reporting",
        pre={"UAT": ask("tanya"), "PROD": ask("olumide")}, weight=9,
    ),
    Spec("Data Platform", "Forecasting.CD", "\\Experiments", SANDBOX, "data", "forecasting", weight=8),
    Spec("Data Platform", "Lake.Retention.CD", "\\Experiments", DEV_ONLY, "data", "lake-retention", weight=3),
    Spec(
        "Data Platform", "Workflows.CD", "\\Ingest", SHORT, "data", "workflows",
        pre={"PROD": ask("noah", hours=24)}, weight=12,
    ),
    Spec(
        "Shared Services", "Gateway.CD", "\\Platform", WORLD, "service", "gateway",
        pre={
            "STAGE": ask("jonas"),
            "PROD-EU": ask("@shared", "@cab", "@ops", mode="sequence"),
            "PROD-US": ask("@shared", "@cab", "@ops", mode="sequence"),
            "PROD-APAC": ask("vikram"),
        },
        form=f"gw-{_DATED}", weight=12, one_at_a_time=True,
    ),
    Spec(
        "Shared Services", "Documents.CD", "\\Services", LINEAR, "service", "documents",
        pre={"PROD": ask("@shared")}, post={"UAT": ask("lee")},
    ),
    Spec(
        "Shared Services", "Printing.CD", "\\Services", SHORT, "service", "printing",
        pre={"PROD": ask("lee")}, weight=5,
    ),
    Spec(
        "Shared Services", "Search.CD", "\\Services", CANARY, "service", "search",
        pre={"PROD-CANARY": ask("jonas", "vikram", mode="any")}, post={"PROD-CANARY": ask("jonas")},
    ),
    Spec(
        "Shared Services", "Audit.CD", "\\Services", LINEAR, "service", "audit",
        pre={"PROD": ask("marcus", "marit", "dana")}, weight=6,
    ),
    Spec(
        "Shared Services", "FeatureFlags.CD", "\\Platform", SHORT, "service", "feature-flags",
        pre={"PROD": ask("@shared", hours=24)}, form=_BUILD, weight=12,
    ),
    Spec(
        "Shared Services", "Mailer.CD", "\\Services", BY_HAND, "service", "mailer",
        pre={"PROD": ask("jonas")},
    ),
    Spec(
        "Mobile", "Driver.Android.CD", "\\Apps", STORE, "mobile", "driver-android",
        pre={"BETA": ask("farhan"), "STORE": ask("@store", "dana")}, form="Android $(Build.BuildNumber)",
    ),
    Spec(
        "Mobile", "Driver.iOS.CD", "\\Apps", STORE, "mobile", "driver-ios",
        pre={"BETA": ask("anneke"), "STORE": ask("@store")}, form="iOS $(Build.BuildNumber)",
    ),
    Spec(
        "Mobile", "Warehouse.Handheld.CD", "\\Apps", STORE, "mobile", "warehouse-handheld",
        pre={"STORE": ask("anneke", "@ops")}, weight=6,
    ),
    Spec(
        "Mobile", "Mobile.Backend.CD", "\\Backend", REGIONS, "service", "mobile-backend",
        pre={"PROD-EU": ask("farhan", "@cab", mode="sequence"), "PROD-US": ask("farhan")}, weight=14,
        extras={"PROD-EU": Extra(watch=Watch())},
    ),
    Spec("Mobile", "Push.CD", "\\Backend", SHORT, "service", "push", pre={"PROD": ask("sanjana")}, weight=7),
    Spec(
        "Infrastructure", "Network.Baseline", "\\Terraform", APPLY, "terraform", "network-baseline",
        pre={"NONPROD": ask("@ops"), "PROD": ask("@ops", "@cab", mode="sequence", hours=72, creator=False)},
        weight=5,
    ),
    Spec(
        "Infrastructure", "Kubernetes.Clusters", "\\Terraform", APPLY, "terraform", "kubernetes-clusters",
        pre={"PROD": ask("tomasz", "lupe", "vikram", mode="two")}, weight=7,
    ),
    Spec(
        "Infrastructure", "Identity.Sync", "\\Scheduled", SHORT, "terraform", "identity-sync",
        pre={"PROD": ask("lupe")}, weight=5, extras={"PROD": Extra(instructions="directory")},
    ),
    Spec(
        "Infrastructure", "Monitoring.CD", "\\", SHORT, "terraform", "monitoring",
        pre={"PROD": ask("@ops")}, weight=9,
    ),
    Spec(
        "Infrastructure", "Certificates.Rotate", "\\Scheduled", HOTFIX, "terraform", "certificates",
        pre={"PROD-EU": ask("@ops"), "PROD-US": ask("@ops")}, form=f"certs-{_DATED}", weight=3,
    ),
    Spec(
        "Infrastructure", "Backup.Verify", "\\Scheduled", SANDBOX, "terraform", "backup-verify",
        weight=4, extras={"SANDBOX": Extra(nightly=True)},
    ),
    Spec(
        "Customer Portal", "Dock.Booking.CD", "\\Docks", QUICK, "docks", "dock-booking",
        pre={"PROD": ask("dana")}, weight=5,
        extras={
            "DEV": Extra(
                steps=(
                    Step("Fetch package", 4),
                    Step("Booking tests", 40, "failed,succeeded"),
                    Step("Deploy to dev farm", 6),
                    Step("Smoke tests", 4),
                ),
            ),
            "QA": Extra(
                instructions="docks", steps=(Step("Deploy to test farm", 6), Step("Smoke tests", 5))
            ),
            "PROD": Extra(
                watch=Watch(sampling=1, timeout=240, blocks=True),
                group=71,
                steps=(Step("Copy files", 5), Step("Deploy service", 9), Step("Health check", 4)),
            ),
        },
    ),
)  # fmt: skip


LIBRARY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Invoice.CD": (("Shared settings",), ("Production secrets",)),
    "Payments.CD": (("Shared settings",), ("Production secrets",)),
    "Portal.Web.CD": (("Shared settings",), ()),
    "Ingest.Shipments.CD": (("Shared settings", "Test data"), ()),
    "Gateway.CD": ((), ("Production secrets",)),
}
"""The variable groups that a definition uses, and those that its stages of production use."""


@dataclass(frozen=True, slots=True)
class Open:
    """A release of the sample that waits or moves, or is there for one that does.

    `fate` has one letter of `lines.FATES` per stage.
    """

    name: str
    fate: str
    minutes: float
    """Age of the release."""
    signed: int = 0
    """How many have signed already where it waits."""
    creator: str = ""
    description: str = ""
    breaks: int = 0
    """Rank of the stage in which its build is going to fail."""
    stumbles: tuple[int, ...] = ()
    """How often each stage failed before it succeeded."""
    swift: bool = False
    """Whether nothing failed and everybody answered at once until it came to where it waits."""


OPEN: tuple[Open, ...] = (
    # What waits for Dana, alone or in a group
    Open("Invoice.CD", "SSSW", 400, signed=1, description="Rounding fix for credit notes, MF-4471"),
    Open("Payments.CD", "SSSSW", 1500, signed=1),
    Open("Portal.Web.CD", "SSSWSS", 130),
    Open("Portal.Web.CD", "SSSWSS", 5300, description="Consent banner, second try"),
    Open("Portal.Api.CD", "SSVN", 95),
    Open("Portal.Api.CD", "SSWN", 9, breaks=4),
    Open("Quotes.CD", "SSSW", 2950, signed=1),
    Open("Audit.CD", "SSSW", 11700, signed=2, description="Quarterly audit trail changes (CHG0041877)"),
    Open("Driver.Android.CD", "SSW", 700, signed=1),
    Open(
        "Network.Baseline",
        "SSW",
        4290,
        signed=1,
        creator="lupe",
        description="Open 8443 for scanners",
        swift=True,
    ),
    Open(
        "Portal.Hotfix",
        "WN",
        31,
        creator="dana",
        description="INC-20991: quotes fail behind the EU proxy",
    ),
    Open("Gateway.CD", "SSSWSS", 260, signed=1),
    # What waits for others
    Open("Invoice.CD", "SSWN", 55),
    Open("Invoice.Worker.CD", "SSWN", 210),
    Open("Ledger.CD", "SSSW", 7300, signed=1),
    Open("Ledger.CD", "SSSV", 1150),
    Open("Payments.CD", "SSWNN", 2820),
    Open("Tariffs.CD", "SSW", 640),
    Open("Dunning.CD", "SSW", 1407, description="Reminder letters in Polish"),
    Open("Billing.Database.CD", "SWN", 18, description="Add index on invoice_line(tenant_id, booked_on)"),
    Open("Portal.Identity.CD", "SSWN", 3100),
    Open("Tracking.CD", "SSWNN", 75),
    Open("Notifications.CD", "SSW", 4280),
    Open("Ingest.Shipments.CD", "SSSW", 1680),
    Open("Warehouse.Models.CD", "SSW", 520, signed=1),
    Open("Warehouse.Models.CD", "SSV", 2100),
    Open("Reporting.CD", "SSWN", 8900),
    Open("Workflows.CD", "SSW", 1395),
    Open("Documents.CD", "SSVN", 300),
    Open("Search.CD", "SSVN", 44),
    Open("FeatureFlags.CD", "SSW", 12),
    Open("Driver.iOS.CD", "SSW", 5900),
    Open("Warehouse.Handheld.CD", "SSW", 14400, signed=1),
    Open("Push.CD", "SSW", 27),
    Open("Kubernetes.Clusters", "SSW", 860, signed=1),
    # What stands where something older still waits
    Open("Portal.Web.CD", "SSSSSS", 2630, swift=True),
    # What went wrong
    Open("Printing.CD", "SSF", 265, stumbles=(0, 2), description="Labels for the Zurich printers"),
    # What waits at gates and for hands
    Open("Mobile.Backend.CD", "SSSES", 95),
    Open("Ingest.Shipments.CD", "SSSE", 2900, description="Keep the source offset"),
    Open("Identity.Sync", "SSI", 190, description="New directory attributes"),
    # What moves
    Open("Monitoring.CD", "GSS", 0.4),
    Open("Forecasting.CD", "SG", 2.0),
    Open("Invoice.CD", "SSSQ", 390, description="Waits behind the rounding fix"),
    Open("Payments.CD", "SSSSQ", 1300),
    Open("Mailer.CD", "SSSD", 480, description="Tonight after the mail window"),
    Open("Tax.Export.CD", "SSSD", 2600, creator="siobhan", description="Monthly filing"),
    Open("Backup.Verify", "SD", 240),
)
"""Chosen so that 12 approvals wait for Dana and 30 for others."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a release definition while releases of it are open."""

    name: str
    by: str
    minutes: float
    """How long ago."""
    variable: tuple[str, str]
    """Name and value of the variable that it adds."""
    comment: str


EDITS: tuple[Edit, ...] = (
    Edit("Quotes.CD", "petr", 95, ("SmokeTestTimeout", "900"), "Give the smoke tests more time"),
)
