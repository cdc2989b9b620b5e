"""The catalogue's task types that deploy: to machines, to databases, to clusters, to stores."""

from __future__ import annotations

from reltui.demo.records import Json
from reltui.demo.task_shapes import entry, flag, lines, path, task_type

_ADVANCED = "advanced=Advanced"
_AZURE = "connectedService:AzureRM"

REMOTE_POWERSHELL = "3b5693d4-5777-4fee-862a-bd2b7a374c68"
MACHINE_COPY = "731004d4-1d66-4f70-8c05-638018b22210"
IIS_DEPLOY = "1b467810-6725-4b6d-accd-886174c09bba"
IIS_MANAGE = "1b2aec60-dc49-11e6-9b76-63056e018cac"
SQL_DEPLOY = "4b506f7f-720f-47bb-bf21-029bac6a690d"
SSH = "91443475-df55-4874-944b-39253b558790"
SSH_COPY = "67cec91b-0351-4c2f-8465-d74b3d2a2d96"
AZURE_CLI = "46e4be58-730b-4389-8a2f-ea10b3e5e815"
APP_SERVICE = "497d490f-eea7-4f2b-ab94-48d9c1acdcb1"
KEY_VAULT = "1e244d32-2dd4-4165-96fb-b7441ca9331e"
KUBERNETES = "cbc316a2-586f-4def-be79-488a1f503564"
HELM = "afa7d54d-537b-4dc8-b60a-e0eeea2c9a87"
DOCKER = "e28912f1-0114-4464-802a-a3a35437fd16"
ANDROID_SIGNING = "80f3f6a0-82a6-4a22-ba7a-e5b8c541b9b9"
APP_CENTER = "b832bec5-8c27-4fef-9fb8-6bec8524ad8a"

MACHINES: tuple[Json, ...] = (
    task_type(
        REMOTE_POWERSHELL, "PowerShellOnTargetMachines", "PowerShell on target machines", "Deploy", "3.211.0",
        "Run PowerShell on other machines through remoting.",
        (
            lines("Machines", "Machines", "", "Names, addresses or a variable of them.", needed=True, rows=2),
            entry("UserName", "Username", text="DOMAIN\\user or user."),
            entry("UserPassword", "Password", text="Better a secret variable such as $(DeployPassword)."),
            entry(
                "ScriptType", "Script Type", "radio", "Inline", group="script",
                options={"FilePath": "File Path", "Inline": "Inline"},
            ),
            entry(
                "ScriptPath", "Script File Path", needed=True, group="script", when="ScriptType = FilePath",
            ),
            lines(
                "InlineScript", "Script", "Write-Output 'Nothing to do yet'\n", needed=True, group="script",
                when="ScriptType = Inline", rows=10,
            ),
            entry("ScriptArguments", "Script Arguments", group="script", when="ScriptType = FilePath"),
            entry(
                "CommunicationProtocol", "Protocol", "radio", "Https", group="session",
                options={"Http": "HTTP", "Https": "HTTPS"},
            ),
            entry(
                "AuthenticationMechanism", "Authentication", "pickList", "Default", group="session",
                options={"Default": "Default", "Credssp": "CredSSP"},
            ),
            flag("RunPowershellInParallel", "Run PowerShell in Parallel", "true", group="advanced"),
        ),
        form="Run PowerShell on Target Machines",
        groups="script=Script options;session=PSSession options;advanced=Advanced Options",
    ),
    task_type(
        MACHINE_COPY, "WindowsMachineFileCopy", "Windows machine file copy", "Deploy", "2.212.0",
        "Copy files to folders of other Windows machines.",
        (
            path("SourcePath", "Source", needed=True),
            lines("MachineNames", "Machines", needed=True, rows=2),
            entry("AdminUserName", "Admin Login", needed=True),
            entry("AdminPassword", "Password", needed=True),
            entry("TargetPath", "Destination Folder", needed=True),
            flag("CleanTargetBeforeCopy", "Clean Target", group="advanced"),
            flag("CopyFilesInParallel", "Copy Files in Parallel", "true", group="advanced"),
        ),
        form="Copy files from $(SourcePath)", groups=_ADVANCED,
    ),
    task_type(
        IIS_DEPLOY, "IISWebAppDeploymentOnMachineGroup", "IIS web app deploy", "Deploy", "0.217.0",
        "Put a website or a web application onto IIS with Web Deploy.",
        (
            entry("WebSiteName", "Website Name", text="As IIS knows it.", needed=True),
            entry("VirtualApplication", "Virtual Application"),
            path(
                "Package", "Package or Folder", "$(System.DefaultWorkingDirectory)\\**\\*.zip", needed=True
            ),
            path("SetParametersFile", "SetParameters File", group="advanced"),
            flag(
                "RemoveAdditionalFilesFlag", "Remove Additional Files at Destination", "false",
                "Deletes what is not in the package.", "advanced",
            ),
            flag("ExcludeFilesFromAppDataFlag", "Exclude Files from the App_Data Folder", group="advanced"),
            flag("TakeAppOfflineFlag", "Take App Offline", "false", "While files are replaced.", "advanced"),
            entry("AdditionalArguments", "Additional Arguments", group="advanced"),
            flag("XmlTransformation", "XML transformation", group="transform"),
            flag("XmlVariableSubstitution", "XML variable substitution", group="transform"),
            lines("JSONFiles", "JSON variable substitution", group="transform", rows=3),
        ),
        form="Deploy IIS Website/App: $(Package)",
        groups="transform=File Transforms & Variable Substitution Options;advanced=Advanced Options",
    ),
    task_type(
        IIS_MANAGE, "IISWebAppManagementOnMachineGroup", "IIS web app manage", "Deploy", "0.215.0",
        "Create, start, stop or change websites and application pools.",
        (
            flag("EnableIIS", "Enable IIS", "false", "Installs IIS where it is missing."),
            entry(
                "IISDeploymentType", "Configuration type", "pickList", "IISWebsite", needed=True,
                options={"IISWebsite": "IIS Website", "IISApplicationPool": "IIS Application Pool"},
            ),
            entry(
                "ActionIISWebsite", "Action", "pickList", "CreateOrUpdateWebsite", needed=True,
                when="IISDeploymentType = IISWebsite",
                options={
                    "CreateOrUpdateWebsite": "Create Or Update", "StartWebsite": "Start",
                    "StopWebsite": "Stop",
                },
            ),
            entry(
                "ActionIISApplicationPool", "Action", "pickList", "CreateOrUpdateAppPool", needed=True,
                when="IISDeploymentType = IISApplicationPool",
                options={
                    "CreateOrUpdateAppPool": "Create Or Update", "StartAppPool": "Start",
                    "StopAppPool": "Stop", "RecycleAppPool": "Recycle",
                },
            ),
            entry(
                "StartStopWebsiteName", "Website name", needed=True,
                when="ActionIISWebsite = StartWebsite || ActionIISWebsite = StopWebsite",
            ),
            entry(
                "WebsiteName", "Website name", needed=True, group="site",
                when="IISDeploymentType = IISWebsite && ActionIISWebsite = CreateOrUpdateWebsite",
            ),
            path(
                "WebsitePhysicalPath", "Physical path", "%SystemDrive%\\inetpub\\wwwroot", needed=True,
                group="site",
                when="IISDeploymentType = IISWebsite && ActionIISWebsite = CreateOrUpdateWebsite",
            ),
            entry(
                "AppPoolName", "Name", needed=True, group="pool",
                when="IISDeploymentType = IISApplicationPool",
            ),
            entry(
                "DotNetVersion", ".NET version", "pickList", "v4.0", needed=True, group="pool",
                when="IISDeploymentType = IISApplicationPool",
                options={"v4.0": "v4.0", "v2.0": "v2.0", "No Managed Code": "No Managed Code"},
            ),
        ),
        form="Manage $(IISDeploymentType)", groups="site=IIS Website;pool=IIS Application Pool",
    ),
    task_type(
        SQL_DEPLOY, "SqlDacpacDeploymentOnMachineGroup", "SQL Server database deploy", "Deploy", "0.216.0",
        "Change a SQL Server database with a DACPAC or with scripts.",
        (
            entry(
                "TaskType", "Deploy SQL Using", "pickList", "dacpac", needed=True,
                options={"dacpac": "Sql Dacpac", "sqlQuery": "Sql Query File", "sqlInline": "Inline Sql"},
            ),
            path("DacpacFile", "DACPAC File", needed=True, when="TaskType = dacpac"),
            entry("SqlFile", "Sql File", needed=True, when="TaskType = sqlQuery"),
            flag("ExecuteInTransaction", "Execute within a transaction", when="TaskType = sqlQuery"),
            lines("InlineSql", "Inline Sql", needed=True, when="TaskType = sqlInline"),
            entry(
                "TargetMethod", "Specify SQL Using", "pickList", "server", needed=True,
                when="TaskType = dacpac",
                options={
                    "server": "Server", "connectionString": "Connection String",
                    "publishProfile": "Publish Profile",
                },
            ),
            entry(
                "ServerName", "Server Name", default="localhost", needed=True,
                when="TargetMethod = server || TaskType = sqlQuery || TaskType = sqlInline",
            ),
            entry(
                "DatabaseName", "Database Name", needed=True,
                when="TargetMethod = server || TaskType = sqlQuery || TaskType = sqlInline",
            ),
            entry(
                "AuthScheme", "Authentication", "pickList", "windowsAuthentication", needed=True,
                when="TargetMethod = server || TaskType = sqlQuery || TaskType = sqlInline",
                options={
                    "windowsAuthentication": "Windows Authentication",
                    "sqlServerAuthentication": "SQL Server Authentication",
                },
            ),
            entry("SqlUsername", "SQL User name", needed=True, when="AuthScheme = sqlServerAuthentication"),
            entry("SqlPassword", "SQL Password", needed=True, when="AuthScheme = sqlServerAuthentication"),
            lines(
                "ConnectionString", "Connection String", needed=True, when="TargetMethod = connectionString",
            ),
            lines("AdditionalArguments", "Additional Arguments", when="TaskType = dacpac"),
        ),
        form="Deploy using : $(TaskType)",
    ),
    task_type(
        SSH, "SSH", "SSH", "Deploy", "0.212.0", "Run commands or a script on another machine through SSH.",
        (
            entry("sshEndpoint", "SSH service connection", "connectedService:ssh", needed=True),
            entry(
                "runOptions", "Run", "radio", "commands", needed=True,
                options={"commands": "Commands", "script": "Script File", "inline": "Inline Script"},
            ),
            lines("commands", "Commands", needed=True, when="runOptions = commands", rows=6),
            path("scriptPath", "Shell script path", needed=True, when="runOptions = script"),
            lines("inline", "Inline Script", needed=True, when="runOptions = inline", rows=6),
            entry("args", "Arguments", when="runOptions = script"),
            flag("failOnStdErr", "Fail on STDERR", "true", group="advanced"),
            entry("readyTimeout", "SSH handshake timeout", default="20000", needed=True, group="advanced"),
        ),
        form="Run shell $(runOptions) on remote machine", groups=_ADVANCED,
    ),
    task_type(
        SSH_COPY, "CopyFilesOverSSH", "Copy files over SSH", "Deploy", "0.212.0",
        "Copy files to another machine through SSH.",
        (
            entry("sshEndpoint", "SSH service connection", "connectedService:ssh", needed=True),
            path("sourceFolder", "Source folder"),
            lines("contents", "Contents", "**", needed=True),
            entry("targetFolder", "Target folder"),
            flag("cleanTargetFolder", "Clean target folder", group="advanced"),
            flag(
                "cleanHiddenFilesInTarget", "Remove hidden files in target folder", group="advanced",
                when="cleanTargetFolder = true",
            ),
            flag("overwrite", "Overwrite", "true", group="advanced"),
        ),
        form="Securely copy files to the remote machine", groups=_ADVANCED,
    ),
)  # fmt: skip

CLOUDS: tuple[Json, ...] = (
    task_type(
        AZURE_CLI, "AzureCLI", "Azure CLI", "Deploy", "1.213.0", "Run az commands of a script file.",
        (
            entry("connectedServiceNameARM", "Azure subscription", _AZURE, needed=True),
            path("scriptPath", "Script Path", needed=True),
            entry("args", "Arguments"),
        ),
        form="Azure CLI $(scriptPath)", deprecated=True,
    ),
    task_type(
        AZURE_CLI, "AzureCLI", "Azure CLI", "Deploy", "2.216.0", "Run az commands in a shell of your choice.",
        (
            entry("connectedServiceNameARM", "Azure Resource Manager connection", _AZURE, needed=True),
            entry(
                "scriptType", "Script Type", "pickList", needed=True,
                options={"ps": "PowerShell", "pscore": "PowerShell Core", "batch": "Batch", "bash": "Shell"},
            ),
            entry(
                "scriptLocation", "Script Location", "pickList", "scriptPath", needed=True,
                options={"inlineScript": "Inline script", "scriptPath": "Script path"},
            ),
            path("scriptPath", "Script Path", needed=True, when="scriptLocation = scriptPath"),
            lines(
                "inlineScript", "Inline Script", needed=True, when="scriptLocation = inlineScript", rows=10,
            ),
            entry("arguments", "Script Arguments"),
            entry(
                "powerShellErrorActionPreference", "ErrorActionPreference", "pickList", "stop",
                when="scriptType = ps || scriptType = pscore",
                options={"stop": "Stop", "continue": "Continue", "silentlyContinue": "SilentlyContinue"},
            ),
            flag(
                "addSpnToEnvironment", "Access service principal details in script", "false",
                "Sets servicePrincipalId, servicePrincipalKey and tenantId.", "advanced",
            ),
            path("cwd", "Working Directory", group="advanced"),
        ),
        form="Azure CLI $(scriptPath)", groups=_ADVANCED,
    ),
    task_type(
        APP_SERVICE, "AzureRmWebAppDeployment", "Azure App Service deploy", "Deploy", "4.218.0",
        "Deploy a web app, an API app or a function app to Azure App Service.",
        (
            entry(
                "ConnectionType", "Connection type", "pickList", "AzureRM", needed=True,
                options={"AzureRM": "Azure Resource Manager", "PublishProfile": "Publish Profile"},
            ),
            entry(
                "ConnectedServiceName", "Azure subscription", _AZURE, needed=True,
                when="ConnectionType = AzureRM",
            ),
            path(
                "PublishProfilePath", "Publish profile path", "$(System.DefaultWorkingDirectory)/**/*.pubxml",
                needed=True, when="ConnectionType = PublishProfile",
            ),
            entry(
                "WebAppKind", "App Service type", "pickList", "webApp", needed=True,
                options={
                    "webApp": "Web App on Windows", "webAppLinux": "Web App on Linux",
                    "functionApp": "Function App on Windows", "apiApp": "API App",
                },
            ),
            entry(
                "WebAppName", "App Service name", "pickList", needed=True, when="ConnectionType = AzureRM"
            ),
            flag(
                "DeployToSlotOrASEFlag", "Deploy to Slot or App Service Environment",
                when='ConnectionType = AzureRM && WebAppKind != ""',
            ),
            entry(
                "ResourceGroupName", "Resource group", "pickList", needed=True,
                when="DeployToSlotOrASEFlag = true",
            ),
            entry(
                "SlotName", "Slot", "pickList", "production", needed=True, when="DeployToSlotOrASEFlag = true"
            ),
            path("Package", "Package or folder", "$(System.DefaultWorkingDirectory)/**/*.zip", needed=True),
            lines("AppSettings", "App settings", group="settings", rows=3),
        ),
        form="Azure App Service Deploy: $(WebAppName)",
        groups="settings=Application and Configuration Settings",
    ),
    task_type(
        KEY_VAULT, "AzureKeyVault", "Azure Key Vault", "Deploy", "2.216.0",
        "Take secrets of a vault as variables.",
        (
            entry("ConnectedServiceName", "Azure subscription", _AZURE, needed=True),
            entry("KeyVaultName", "Key vault", "pickList", needed=True),
            entry(
                "SecretsFilter", "Secrets filter", default="*", text="Names, joined by commas.", needed=True,
            ),
            flag("RunAsPreJob", "Make secrets available to whole job"),
        ),
        form="Azure Key Vault: $(KeyVaultName)",
    ),
    task_type(
        KUBERNETES, "Kubernetes", "Kubectl", "Deploy", "1.217.0", "Run a kubectl command against a cluster.",
        (
            entry(
                "connectionType", "Service connection type", "pickList", "Kubernetes Service Connection",
                needed=True, group="cluster",
                options={
                    "Azure Resource Manager": "Azure Resource Manager",
                    "Kubernetes Service Connection": "Kubernetes Service Connection", "None": "None",
                },
            ),
            entry(
                "kubernetesServiceEndpoint", "Kubernetes service connection", "connectedService:kubernetes",
                needed=True, group="cluster", when="connectionType = Kubernetes Service Connection",
            ),
            entry(
                "azureSubscriptionEndpoint", "Azure subscription", _AZURE, needed=True, group="cluster",
                when="connectionType = Azure Resource Manager",
            ),
            entry("namespace", "Namespace", group="cluster"),
            entry(
                "command", "Command", "pickList", "apply", group="commands",
                options="apply create delete exec expose get rollout scale set login logout",
            ),
            flag(
                "useConfigurationFile", "Use configuration", group="commands",
                when="command != login && command != logout",
            ),
            path(
                "configuration", "File path", needed=True, group="commands",
                when="useConfigurationFile = true"
            ),
            lines("arguments", "Arguments", group="commands", when="command != login && command != logout"),
            entry(
                "secretType", "Type of secret", "pickList", "dockerRegistry", group="secrets",
                options="dockerRegistry generic",
            ),
            entry("secretName", "Secret name", group="secrets"),
        ),
        form="kubectl $(command)", groups="cluster=Kubernetes Cluster;commands=Commands;secrets=Secrets",
    ),
    task_type(
        HELM, "HelmDeploy", "Package and deploy Helm charts", "Deploy", "0.217.0", "Run helm commands.",
        (
            entry(
                "connectionType", "Connection Type", "pickList", "Azure Resource Manager", needed=True,
                group="cluster",
                options={
                    "Azure Resource Manager": "Azure Resource Manager",
                    "Kubernetes Service Connection": "Kubernetes Service Connection", "None": "None",
                },
            ),
            entry(
                "azureSubscriptionEndpoint", "Azure subscription", _AZURE, needed=True, group="cluster",
                when="connectionType = Azure Resource Manager",
            ),
            entry(
                "kubernetesServiceEndpoint", "Kubernetes Service Connection", "connectedService:kubernetes",
                needed=True, group="cluster", when="connectionType = Kubernetes Service Connection",
            ),
            entry("namespace", "Namespace", group="cluster"),
            entry(
                "command", "Command", "pickList", "ls", needed=True, group="commands",
                options="create delete install ls package rollback upgrade",
            ),
            entry(
                "chartType", "Chart Type", "pickList", "Name", needed=True, group="commands",
                when="command == install || command == upgrade",
                options={"Name": "Name", "FilePath": "File Path"},
            ),
            entry("chartName", "Chart Name", needed=True, group="commands", when="chartType == Name"),
            path(
                "chartPath", "Chart Path", needed=True, group="commands",
                when="chartType == FilePath || command == package",
            ),
            entry(
                "releaseName", "Release Name", group="commands",
                when="command == install || command == upgrade",
            ),
            lines("overrideValues", "Set Values", group="commands",
            when="command == install || command == upgrade"),
            flag("waitForExecution", "Wait", "true", group="commands"),
        ),
        form="helm $(command)", groups="cluster=Kubernetes Cluster;commands=Commands",
    ),
    task_type(
        DOCKER, "Docker", "Docker", "Build", "2.214.0",
        "Build, tag and push images, or run a docker command.",
        (
            entry("containerRegistry", "Container registry", "connectedService:dockerregistry",
            group="repository"),
            entry(
                "repository", "Container repository", group="repository",
                when="command != login && command != logout && command != start && command != stop",
            ),
            entry(
                "command", "Command", "pickList", "buildAndPush", needed=True, group="commands",
                options="buildAndPush build push login logout start stop",
            ),
            path(
                "Dockerfile", "Dockerfile", "**/Dockerfile", needed=True, group="commands",
                when="command = build || command = buildAndPush",
            ),
            lines(
                "tags", "Tags", "$(Build.BuildId)", group="commands",
                when="command = build || command = push || command = buildAndPush", rows=2,
            ),
            entry(
                "arguments", "Arguments", group="commands",
                when="command != login && command != logout && command != buildAndPush",
            ),
        ),
        form="$(command)", groups="repository=Container Repository;commands=Commands",
    ),
    task_type(
        ANDROID_SIGNING, "AndroidSigning", "Android signing", "Build", "3.214.0", "Sign and align APK files.",
        (
            path("files", "APK files", "**/*.apk", needed=True),
            flag("apksign", "Sign the APK", "true", group="signing"),
            entry(
                "keystoreFile", "Keystore file", "secureFile", needed=True, group="signing",
                when="apksign = true"
            ),
            entry("keystorePass", "Keystore password", group="signing", when="apksign = true"),
            entry("keystoreAlias", "Alias", group="signing", when="apksign = true"),
            flag("zipalign", "Zipalign", "true", group="align"),
        ),
        form="Signing and aligning APK file(s) $(files)",
        groups="signing=Signing Options;align=Zipalign Options",
    ),
    task_type(
        APP_CENTER, "AppCenterDistribute", "App Center distribute", "Deploy", "3.214.0",
        "Give a version of an app to testers or to a store.",
        (
            entry("serverEndpoint", "App Center service connection", "connectedService:vsmobilecenter",
            needed=True),
            entry("appSlug", "App slug", text="{owner}/{app}", needed=True),
            path("app", "Binary file path", "", "The one file to distribute.", needed=True),
            entry(
                "releaseNotesSelection", "Create release notes", "radio", "input", needed=True,
                options={"input": "Enter Release Notes", "file": "Select Release Notes File"},
            ),
            lines("releaseNotesInput", "Release notes", needed=True, when="releaseNotesSelection = input"),
            path("releaseNotesFile", "Release notes file", needed=True, when="releaseNotesSelection = file"),
            flag("isMandatory", "Require users to update to this release"),
            entry(
                "destinationType", "Release destination", "radio", "groups", needed=True,
                options={"groups": "Groups", "store": "Store"},
            ),
            entry("distributionGroupId", "Destination IDs", when="destinationType = groups"),
            entry("destinationStoreId", "Destination ID", needed=True, when="destinationType = store"),
        ),
        form="Deploy $(app) to Visual Studio App Center",
    ),
)  # fmt: skip
