"""The tasks of the sample's definitions: by their names, the task type each one is of, and its inputs."""

from __future__ import annotations

from reltui.demo import task_types, task_types_deploy, tasks
from reltui.demo.identifiers import guid
from reltui.demo.records import Json
from reltui.demo.resources import connection_id
from reltui.demo.task_types_server import versions

_BY_NAME: dict[str, tuple[str, Json]] = {
    "Replace tokens in settings": (
        task_types.FILE_TRANSFORM,
        {
            "folderPath": "$(System.DefaultWorkingDirectory)/**/*.zip",
            "jsonTargetFiles": "**/appsettings.json",
        },
    ),
    "Deploy package to web farm": (
        task_types_deploy.REMOTE_POWERSHELL,
        {
            "Machines": "$(Target)",
            "UserPassword": "$(DeployPassword)",
            "InlineScript": "Publish-Site $(Target)",
        },
    ),
    "Warm up": (
        task_types.POWERSHELL,
        {"targetType": "inline", "script": "Invoke-WebRequest https://$(Target)/warm -UseBasicParsing"},
    ),
    "Smoke tests": (
        task_types.VISUAL_STUDIO_TEST,
        {"testSelector": "testAssemblies", "testAssemblyVer2": "**\\*smoke*.dll"},
    ),
    "Migrate database": (
        task_types_deploy.SQL_DEPLOY,
        {"TaskType": "dacpac", "DacpacFile": "**/*.dacpac", "TargetMethod": "server"},
    ),
    "Deploy service": (
        task_types_deploy.REMOTE_POWERSHELL,
        {
            "Machines": "$(Target)",
            "UserPassword": "$(DeployPassword)",
            "InlineScript": "Update-Service $(Target)",
        },
    ),
    "Wait for health check": (
        task_types.BASH,
        {"targetType": "inline", "script": "until curl -fs https://$(Target)/health; do sleep 2; done"},
    ),
    "Back up database": (
        task_types_deploy.SQL_DEPLOY,
        {"TaskType": "sqlInline", "InlineSql": "backup database current to disk", "ServerName": "$(Target)"},
    ),
    "Migrate schema": (
        task_types_deploy.SQL_DEPLOY,
        {"TaskType": "dacpac", "DacpacFile": "**/*.dacpac", "TargetMethod": "server"},
    ),
    "Verify schema": (
        task_types_deploy.SQL_DEPLOY,
        {"TaskType": "sqlQuery", "SqlFile": "verify.sql", "ServerName": "$(Target)"},
    ),
    "Refresh statistics": (
        task_types_deploy.SQL_DEPLOY,
        {"TaskType": "sqlInline", "InlineSql": "exec sp_updatestats", "ServerName": "$(Target)"},
    ),
    "Publish package": (
        task_types.COPY_FILES,
        {"Contents": "**/*.whl", "TargetFolder": "\\\\$(Target)\\packages", "OverWrite": "true"},
    ),
    "Deploy workflows": (
        task_types.BASH,
        {"targetType": "filePath", "filePath": "deploy/workflows.sh", "arguments": "$(Target)"},
    ),
    "Run models on sample": (
        task_types.PYTHON,
        {"scriptSource": "filePath", "scriptPath": "models/run.py", "arguments": "--sample"},
    ),
    "Data quality tests": (
        task_types.PYTHON,
        {"scriptSource": "filePath", "scriptPath": "quality/check.py", "arguments": "--target $(Target)"},
    ),
    "Sign package": (
        task_types_deploy.ANDROID_SIGNING,
        {
            "files": "**/*.apk",
            "keystoreFile": guid("secure file", "upload.keystore"),
            "keystoreAlias": "upload",
            "keystorePass": "$(DeployPassword)",
        },
    ),
    "Upload to track": (
        task_types_deploy.APP_CENTER,
        {
            "serverEndpoint": "App testers",
            "appSlug": "marlow/$(Target)",
            "app": "**/*.apk",
            "releaseNotesInput": "$(Release.ReleaseName)",
        },
    ),
    "Notify testers": (
        task_types.BASH,
        {"targetType": "inline", "script": "./notify.sh testers '$(Release.ReleaseName)'"},
    ),
    "Init": (task_types.BASH, {"targetType": "inline", "script": "terraform init"}),
    "Plan": (task_types.BASH, {"targetType": "inline", "script": "terraform plan -out plan.bin"}),
    "Deploy plan": (task_types.BASH, {"targetType": "inline", "script": "terraform apply plan.bin"}),
    "Compliance tests": (task_types.PYTHON, {"scriptSource": "filePath", "scriptPath": "compliance.py"}),
    "Fetch package": (
        task_types.DOWNLOAD,
        {"buildType": "current", "downloadType": "specific", "itemPattern": "**/*.zip"},
    ),
    "Booking tests": (
        task_types.VISUAL_STUDIO_TEST,
        {"testSelector": "testAssemblies", "testAssemblyVer2": "**\\*booking*test*.dll"},
    ),
    "Deploy to dev farm": (
        task_types_deploy.IIS_DEPLOY,
        {"WebSiteName": "Booking", "Package": "**\\*.zip", "TakeAppOfflineFlag": "true"},
    ),
    "Deploy to test farm": (
        task_types_deploy.IIS_DEPLOY,
        {"WebSiteName": "Booking", "Package": "**\\*.zip", "TakeAppOfflineFlag": "true"},
    ),
    "Copy files": (
        task_types.COPY_FILES,
        {"Contents": "**", "TargetFolder": "D:\\Booking", "CleanTargetFolder": "true"},
    ),
    "Health check": (
        task_types.POWERSHELL,
        {"targetType": "inline", "script": "Test-NetConnection localhost -Port 443"},
    ),
    "Let the caches expire": (tasks.DELAY, {"delayForMinutes": "0"}),
    "Tell the status page": (
        tasks.CALL,
        {"connectedServiceNameSelector": "connectedServiceName", "connectedServiceName": "Status page"},
    ),
    "Query work items": (tasks.QUERY, {"queryId": guid("query", "Query work items"), "maxThreshold": "0"}),
    "Check open incidents": (
        tasks.CALL,
        {
            "connectedServiceNameSelector": "connectedServiceName",
            "connectedServiceName": "Incident desk",
            "method": "GET",
            "successCriteria": "eq(root['open'], 0)",
        },
    ),
}
"""Name to the id of the task type and the inputs; a service connection by its name."""

_CONNECTIONS = ("connectedServiceName", "serverEndpoint")


def workflow_task(name: str, project_id: str, more: Json | None = None, task_id: str = "") -> Json:
    """WorkflowTask of that name; `more` are further inputs, `task_id` decides for a name without a row."""
    kind, inputs = _BY_NAME.get(name, (task_id, {}))
    named = {
        key: connection_id(project_id, str(value)) if key in _CONNECTIONS else value
        for key, value in inputs.items()
    }
    return {
        "taskId": kind,
        "version": f"{versions(kind)[-1]['version']['major']}.*",
        "name": name,
        "refName": "",
        "enabled": True,
        "alwaysRun": False,
        "continueOnError": False,
        "timeoutInMinutes": 0,
        "definitionType": "task",
        "overrideInputs": {},
        "condition": "succeeded()",
        "environment": {},
        "inputs": named | (more or {}),
    }
