"""What people of the sample organisation write: comments, descriptions, commits, work items."""

from __future__ import annotations

APPROVED = (
    "",
    "",
    "",
    "ok",
    "LGTM",
    "go",
    "Good to go",
    "Approved, smoke tests are green",
    "Checked on UAT with the new tariff file, fine for me",
    "Approved per CHG0041877",
    "Fine. Please keep an eye on the queue length after the switch.",
    "Talked to Siobhán, finance is happy",
    "Tested the German and the Dutch tenant, both ok",
    "release notes read, nothing risky",
    "go ahead, I am around until 18:00",
    "Approved. Rollback is Release before this one, no schema change.",
)

REJECTED = (
    "Not during month-end close. Please try again on Thursday.",
    "QA found MF-4471 on UAT, fix first",
    "Wrong branch, this is still the spike",
    "No rollback plan for the schema change",
    "The load test is red. Sorry.",
    "superseded, take the next one",
    "Customer demo today, please no change before 17:00",
    "Missing sign-off from the data owner",
)

RESUMED = (
    "Done as described, go on",
    "Checked, all as expected",
    "Mail is out, resume",
    "",
)

INSTRUCTIONS: dict[str, tuple[str, str]] = {
    "filing": (
        "Compare with the tax office's form",
        "Open the export of last month next to the form of the tax office.\n"
        "Totals per country must be equal to the cent.\n"
        "Reject if a country is missing.",
    ),
    "directory": (
        "Freeze the directory",
        '1. Stop the import job on IDM-PROD-02 (Task Scheduler, "Nightly import").\n'
        "2. Wait until no row of dbo.ImportRun is in state 'running'.\n"
        "3. Take the export: idm-export --all --to \\\\backup\\idm\\before.\n"
        "\n"
        "Resume when the export is there. Reject if it is smaller than 40 MB:\n"
        "then the directory is not complete and the sync would delete people.",
    ),
    "docks": (
        "Try the booking board",
        "Book a slot at dock 7 for tomorrow 06:00, then cancel it.\n"
        "The board in the hall must show both within a minute.\n"
        "Resume if it does, reject if it does not.",
    ),
}
"""Name and instructions of the manual interventions."""

GATES = ("Query work items", "Check open incidents")

DESCRIPTIONS = (
    "",
    "",
    "",
    "",
    "Weekly release",
    "Retry after the agent outage",
    "Fix for INC-{number}",
    "Requested by finance, see CHG00{number}",
    "Sprint {sprint} scope",
    "Config change only",
    "Dependency updates",
)

TASKS: dict[str, tuple[str, ...]] = {
    "web": ("Replace tokens in settings", "Deploy package to web farm", "Warm up", "Smoke tests"),
    "service": (
        "Replace tokens in settings",
        "Migrate database",
        "Deploy service",
        "Wait for health check",
        "Smoke tests",
    ),
    "database": ("Back up database", "Migrate schema", "Verify schema", "Refresh statistics"),
    "data": ("Publish package", "Deploy workflows", "Run models on sample", "Data quality tests"),
    "mobile": ("Sign package", "Upload to track", "Notify testers"),
    "terraform": ("Init", "Plan", "Deploy plan", "Compliance tests"),
}
"""Task names by kind; the last one of web, service and data may fail without failing the job."""

COMMITS: dict[str, tuple[str, ...]] = {
    "Billing": (
        "Round VAT per line instead of per invoice",
        "Credit notes keep the currency of the invoice",
        "Retry the bank call once on timeout",
        "Read the tariff file with its own culture",
        "Dunning level 3 sends a letter again",
        "Drop the unused ledger mapping table",
        "Log the tenant with every posting",
        "Payment import skips empty lines",
        "Index for the monthly closing query",
        "Name the failing line in tariff errors",
    ),
    "Customer Portal": (
        "Quote form remembers the last pickup address",
        "Tracking page shows the time zone of the depot",
        "Consent banner no longer covers the login button",
        "Cache the depot list for five minutes",
        "Move the header menu to the shared package",
        "Fix the broken link to the claims form",
        "Show weight in kg and lb",
        "Sign out ends the session on every node",
        "Polish translation of the quote steps",
        "Use the new document service for waybills",
    ),
    "Data Platform": (
        "Shipment events keep their source offset",
        "Late telemetry goes to the right partition",
        "Model for on-time delivery by lane",
        "Null depots no longer break the join",
        "Backfill script for the week of the outage",
        "Upgrade the warehouse adapter",
        "Quality check for duplicate waybills",
        "Report cost per pallet",
        "Shorter retention for raw pings",
    ),
    "Shared Services": (
        "Gateway: 429 carries Retry-After",
        "Search index understands postal codes",
        "Mailer: one connection for a batch",
        "Label printing for the new Zurich printers",
        "Audit entries name the client application",
        "Flags can be switched for one tenant",
        "Documents: stream instead of buffering",
        "Trust the new root certificate",
        "Fewer log lines per request",
    ),
    "Mobile": (
        "Scan works with gloves in low light",
        "Driver sees the next stop without network",
        "Crash when the camera is denied",
        "Push token is renewed after an update",
        "Dark colours for night shifts",
        "Signature is sent in the background",
        "Handheld: bigger digits on the pick list",
        "Target the newest platform level",
    ),
    "Infrastructure": (
        "Node pool for the batch jobs",
        "Open 8443 to the scanner network",
        "Alert when a certificate has 14 days left",
        "Move the state file to the new account",
        "Subnet for the Pune office",
        "Tag everything with the cost centre",
        "Upgrade the clusters by one minor version",
        "Verify restores of the billing backup",
    ),
}

WORK_ITEMS: dict[str, tuple[tuple[str, str], ...]] = {
    "Billing": (
        ("Bug", "Credit note differs from invoice by one cent"),
        ("User Story", "As an accountant I see the tenant in every posting"),
        ("Bug", "Dunning letters are not sent for level 3"),
        ("Task", "Index for closing"),
        ("User Story", "Import bank files with trailing empty lines"),
    ),
    "Customer Portal": (
        ("User Story", "As a shipper I see arrival in the depot's time"),
        ("Bug", "Login button is hidden behind the banner"),
        ("Bug", "Claims link answers 404"),
        ("User Story", "Polish quotes"),
        ("Task", "Shared header package"),
    ),
    "Data Platform": (
        ("Bug", "On-time report is empty for depots without region"),
        ("User Story", "Cost per pallet by lane"),
        ("Task", "Backfill after outage"),
        ("Bug", "Duplicate waybills in the warehouse"),
    ),
    "Shared Services": (
        ("Bug", "Clients hammer the gateway after a 429"),
        ("User Story", "Search by postal code"),
        ("Task", "New root certificate"),
        ("User Story", "Flags for one tenant"),
    ),
    "Mobile": (
        ("Bug", "Scanner does not focus in low light"),
        ("User Story", "Next stop offline"),
        ("Bug", "App closes when the camera is denied"),
        ("Task", "New platform level"),
    ),
    "Infrastructure": (
        ("Task", "Scanner network rules"),
        ("Task", "Cost centre tags"),
        ("Bug", "Certificate alert came too late"),
        ("User Story", "Pune office network"),
    ),
}

REVISIONS = (
    "Add variable for the new region",
    "Approvers changed after the re-organisation",
    "Longer timeout for the migration",
    "Health check before smoke tests",
    "CHG0039120: separate sign-off for production",
    "typo",
)

SERVICES = (
    "Customs", "Depots", "Fleet", "Routing", "Claims", "Contracts", "Pricing", "Slots", "Pallets", "Scales",
    "Waybills", "Carriers", "Yard", "Returns", "Labels", "Archive", "Calendar", "Geo", "Rates", "Surcharges",
    "Loyalty", "Feedback", "Consents", "Partners", "Exports",
)  # fmt: skip
PARTS = ("Api", "Web", "Worker", "Jobs", "Importer", "Sync", "Admin", "Reports", "Gateway", "Cache",
         "Events", "Rules", "Adapter", "Batch", "Portal", "Mirror", "Feed", "Tools", "Core",
         "Edge")  # fmt: skip
"""The many definitions of the large sizes are named `Service.Part.CD`."""
