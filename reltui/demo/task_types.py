"""The catalogue of task types that run on agents: real ids, names, versions and inputs, our own words."""

from __future__ import annotations

from reltui.demo.records import Json
from reltui.demo.task_shapes import entry, flag, lines, path, task_type

_ADVANCED = "advanced=Advanced"
_PREFERENCES = {
    "default": "Default",
    "stop": "Stop",
    "continue": "Continue",
    "silentlyContinue": "SilentlyContinue",
}
_SOURCE = {"filePath": "File Path", "inline": "Inline"}

POWERSHELL = "e213ff0f-5d5c-4791-802d-52ea3e7be1f1"
COMMAND_LINE = "d9bafed4-0b18-4f58-968d-86655b4d2ce9"
BASH = "6c731c3c-3c68-459a-a5c9-bde6e6595b5b"
BATCH = "bfc8bf76-e7ac-4a8c-9a55-a944a9f632fd"
PYTHON = "6392f95f-7e76-4a18-b3c7-7f078d2f7700"
COPY_FILES = "5bfb729a-a7c8-4a78-a7c3-8d717bb7c13c"
DELETE_FILES = "b7e8b412-0437-4065-9371-edc5881de25b"
EXTRACT_FILES = "5e1e3830-fbfb-11e5-aab1-090c92bc4988"
ARCHIVE_FILES = "d8b84976-e99a-4b86-b885-4849694435b0"
FILE_TRANSFORM = "8ce97e91-56cc-4743-bfab-9a9315be5f27"
FTP_UPLOAD = "6f8c69a5-b023-428e-a125-fccf4efcb929"
DOWNLOAD = "a433f589-fce1-4460-9ee6-44a624aeb1fb"
TEST_RESULTS = "0b0f01ed-7dde-43ff-9cbb-e48954daf9b1"
VISUAL_STUDIO_TEST = "ef087383-ee5e-42c7-9a53-ab56c98420f9"


def _working_folder(name: str = "workingDirectory") -> Json:
    return path(
        name, "Working Directory", "", "The folder the script starts in; empty takes the artifacts' folder.",
        group="advanced",
    )  # fmt: skip


def _fail_on_errors(name: str = "failOnStderr") -> Json:
    return flag(
        name, "Fail on Standard Error", "false", "Fails when anything is written to the error stream.",
        "advanced",
    )  # fmt: skip


SCRIPTS: tuple[Json, ...] = (
    task_type(
        POWERSHELL, "PowerShell", "PowerShell", "Utility", "2.220.0",
        "Run a PowerShell script on Windows, macOS or Linux.",
        (
            entry(
                "targetType", "Type", "radio", "filePath", "Where the script comes from.", options=_SOURCE
            ),
            path(
                "filePath", "Script Path", "", "Path of the script, from the artifacts' folder.", needed=True,
                when="targetType = filePath",
            ),
            entry(
                "arguments", "Arguments", text="What the script is called with.", when="targetType = filePath"
            ),
            lines(
                "script", "Script", "Write-Host 'Nothing to do yet'\n", "The script itself.", needed=True,
                when="targetType = inline", rows=10,
            ),
            entry(
                "errorActionPreference", "ErrorActionPreference", "pickList", "stop",
                "What a script does at its first error.", options=_PREFERENCES,
            ),
            _fail_on_errors(),
            flag(
                "ignoreLASTEXITCODE", "Ignore $LASTEXITCODE", "false",
                "Leaves the exit code of the last program out of account.", "advanced",
            ),
            flag("pwsh", "Use PowerShell Core", "false", "Runs pwsh instead of Windows PowerShell.",
            "advanced"),
            _working_folder(),
        ),
        form="PowerShell Script", groups=_ADVANCED,
    ),
    task_type(
        COMMAND_LINE, "CmdLine", "Command line", "Utility", "2.212.0",
        "Run a script with the command line of the agent's system.",
        (
            lines(
                "script", "Script", "echo Nothing to do yet\n", "Commands, one a line.", needed=True, rows=10,
            ),
            _working_folder(),
            _fail_on_errors(),
        ),
        form="Command Line Script", groups=_ADVANCED,
    ),
    task_type(
        BASH, "Bash", "Bash", "Utility", "3.214.0", "Run a Bash script on macOS, Linux or Windows.",
        (
            entry(
                "targetType", "Type", "radio", "filePath", "Where the script comes from.", options=_SOURCE
            ),
            path(
                "filePath", "Script Path", "", "Path of the script, from the artifacts' folder.", needed=True,
                when="targetType = filePath",
            ),
            entry(
                "arguments", "Arguments", text="What the script is called with.", when="targetType = filePath"
            ),
            lines(
                "script", "Script", "echo 'Nothing to do yet'\n", "The script itself.", needed=True,
                when="targetType = inline", rows=10,
            ),
            _working_folder(),
            _fail_on_errors(),
        ),
        form="Bash Script", groups=_ADVANCED,
    ),
    task_type(
        BATCH, "BatchScript", "Batch script", "Utility", "1.1.10", "Run a Windows command file.",
        (
            path("filename", "Path", "", "The .cmd or .bat file.", needed=True),
            entry("arguments", "Arguments", text="What the file is called with."),
            flag(
                "modifyEnvironment", "Modify Environment", "False", "Later tasks see variables that it sets.",
            ),
            _working_folder("workingFolder"),
            _fail_on_errors("failOnStandardError"),
        ),
        form="Run script $(filename)", groups=_ADVANCED,
    ),
    task_type(
        PYTHON, "PythonScript", "Python script", "Utility", "0.215.0",
        "Run a Python file or a few lines of it.",
        (
            entry(
                "scriptSource", "Script source", "radio", "filePath", needed=True,
                options={"filePath": "File path", "inline": "Inline"},
            ),
            path("scriptPath", "Script path", needed=True, when="scriptSource = filePath"),
            lines("script", "Script", needed=True, when="scriptSource = inline", rows=10),
            entry("arguments", "Arguments", text="Available in the script as sys.argv."),
            entry(
                "pythonInterpreter", "Python interpreter",
                text="Path of an interpreter; empty takes the PATH's.",
                group="advanced",
            ),
            _working_folder(),
            _fail_on_errors(),
        ),
        form="Run a Python script", groups=_ADVANCED,
    ),
)  # fmt: skip

FILES: tuple[Json, ...] = (
    task_type(
        COPY_FILES, "CopyFiles", "Copy files", "Utility", "2.217.0",
        "Copy files that match patterns to a folder.",
        (
            path("SourceFolder", "Source Folder", "", "Empty takes the artifacts' folder."),
            lines("Contents", "Contents", "**", "Patterns, one a line.", needed=True),
            entry("TargetFolder", "Target Folder", text="A folder of the agent or a share.", needed=True),
            flag("CleanTargetFolder", "Clean Target Folder", "false", "Empties it first.", "advanced"),
            flag("OverWrite", "Overwrite", "false", "Replaces what is there already.", "advanced"),
            flag("flattenFolders", "Flatten Folders", "false", "Leaves the folders out.", "advanced"),
            entry("retryCount", "Retry count to copy the file", default="0", group="advanced"),
        ),
        form="Copy Files to: $(TargetFolder)", groups=_ADVANCED,
    ),
    task_type(
        DELETE_FILES, "DeleteFiles", "Delete files", "Utility", "1.208.0",
        "Delete folders or files by patterns.",
        (
            path("SourceFolder", "Source Folder", "", "Empty takes the artifacts' folder."),
            lines("Contents", "Contents", "temp/**", "Patterns, one a line.", needed=True),
            flag("RemoveSourceFolder", "Remove SourceFolder", "false", "Removes the folder itself too."),
        ),
        form="Delete files from $(SourceFolder)",
    ),
    task_type(
        EXTRACT_FILES, "ExtractFiles", "Extract files", "Utility", "1.216.1", "Unpack archives.",
        (
            lines("archiveFilePatterns", "Archive file patterns", "**/*.zip", needed=True, rows=3),
            path("destinationFolder", "Destination folder", needed=True),
            flag("cleanDestinationFolder", "Clean destination folder before extracting", "true"),
            flag("overwriteExistingFiles", "Overwrite existing files"),
        ),
        form="Extract files $(message)",
    ),
    task_type(
        ARCHIVE_FILES, "ArchiveFiles", "Archive files", "Utility", "2.218.0", "Pack files into an archive.",
        (
            path("rootFolderOrFile", "Root folder or file to archive", "$(Build.BinariesDirectory)",
            needed=True),
            flag("includeRootFolder", "Prepend root folder name to archive paths", "true"),
            entry(
                "archiveType", "Archive type", "pickList", "zip", needed=True, group="archive",
                options="zip 7z tar wim",
            ),
            entry(
                "tarCompression", "Tar compression", "pickList", "gz", group="archive",
                when="archiveType = tar",
                options={"gz": "gz", "bz2": "bz2", "xz": "xz", "none": "None"},
            ),
            path(
                "archiveFile", "Archive file to create",
                "$(Build.ArtifactStagingDirectory)/$(Build.BuildId).zip",
                needed=True, group="archive",
            ),
            flag("replaceExistingArchive", "Replace existing archive", "true", group="archive"),
        ),
        form="Archive $(rootFolderOrFile)", groups="archive=Archive",
    ),
    task_type(
        FILE_TRANSFORM, "FileTransform", "File transform", "Utility", "2.208.0",
        "Replace values in settings files by variables, or transform them.",
        (
            path(
                "folderPath", "Package or folder", "$(System.DefaultWorkingDirectory)/**/*.zip", needed=True,
            ),
            flag("enableXmlTransform", "XML transformation", "true"),
            lines(
                "xmlTransformationRules", "XML Transformation rules",
                "-transform **\\*.Release.config -xml **\\*.config", when="enableXmlTransform == true",
            ),
            lines("jsonTargetFiles", "JSON target files", "", "Files, one a line.", group="substitution"),
            lines("xmlTargetFiles", "XML target files", "", "Files, one a line.", group="substitution"),
        ),
        form="File Transform: $(Package)", groups="substitution=Variable Substitution",
    ),
    task_type(
        FTP_UPLOAD, "FtpUpload", "FTP upload", "Utility", "2.212.0", "Upload files by FTP or FTPS.",
        (
            entry(
                "credsType", "Authentication Method", "pickList", "serviceEndpoint", needed=True,
                options={"serviceEndpoint": "FTP service connection", "inputs": "Enter credentials"},
            ),
            entry(
                "serverEndpoint", "FTP Service Connection", "connectedService:Generic", needed=True,
                when="credsType = serviceEndpoint",
            ),
            entry("serverUrl", "Server URL", needed=True, when="credsType = inputs"),
            entry("username", "Username", needed=True, when="credsType = inputs"),
            entry("password", "Password", needed=True, when="credsType = inputs"),
            path("rootFolder", "Root folder", needed=True),
            lines("filePatterns", "File patterns", "**", needed=True),
            entry("remotePath", "Remote directory", default="/upload/$(Build.BuildId)/", needed=True),
            flag("clean", "Delete remote directory", "false", "Before the upload.", "advanced"),
            flag("cleanContents", "Clear remote directory contents", group="advanced", when="clean = false"),
            flag("trustSSL", "Trust server certificate", group="advanced"),
        ),
        form="FTP Upload: $(rootFolder)", groups=_ADVANCED,
    ),
    task_type(
        DOWNLOAD, "DownloadBuildArtifacts", "Download build artifacts", "Utility", "0.214.0",
        "Fetch files that a build published.",
        (
            entry(
                "buildType", "Download artifacts produced by", "radio", "current", needed=True,
                options={"current": "Current build", "specific": "Specific build"},
            ),
            entry("project", "Project", "pickList", needed=True, when="buildType == specific"),
            entry("definition", "Build pipeline", "pickList", needed=True, when="buildType == specific"),
            entry(
                "downloadType", "Download type", "radio", "single", needed=True,
                options={"single": "Specific artifact", "specific": "Specific files"},
            ),
            entry("artifactName", "Artifact name", "pickList", needed=True, when="downloadType == single"),
            lines("itemPattern", "Matching pattern", "**"),
            entry(
                "downloadPath", "Destination directory", default="$(System.ArtifactsDirectory)", needed=True,
            ),
            entry("parallelizationLimit", "Parallelization limit", default="8", group="advanced"),
        ),
        form="Download Build Artifacts", groups=_ADVANCED,
    ),
)  # fmt: skip

TESTS: tuple[Json, ...] = (
    task_type(
        TEST_RESULTS, "PublishTestResults", "Publish Test Results", "Test", "2.219.1",
        "Show the results of a test run with the release.",
        (
            entry(
                "testRunner", "Test result format", "pickList", "JUnit", needed=True,
                options="JUnit NUnit VSTest XUnit CTest",
            ),
            lines("testResultsFiles", "Test results files", "**/TEST-*.xml", needed=True, rows=3),
            entry("searchFolder", "Search folder", default="$(System.DefaultWorkingDirectory)"),
            flag("mergeTestResults", "Merge test results"),
            flag("failTaskOnFailedTests", "Fail if there are test failures"),
            entry("testRunTitle", "Test run title"),
            flag("publishRunAttachments", "Upload test results files", "true", group="advanced"),
        ),
        form="Publish Test Results $(testResultsFiles)", groups=_ADVANCED,
    ),
    task_type(
        VISUAL_STUDIO_TEST, "VSTest", "Visual Studio Test", "Test", "2.220.0",
        "Run unit and functional tests.",
        (
            entry(
                "testSelector", "Select tests using", "pickList", "testAssemblies", needed=True,
                group="testSelection",
                options={
                    "testAssemblies": "Test assemblies", "testPlan": "Test plan", "testRun": "Test run",
                },
            ),
            lines(
                "testAssemblyVer2", "Test files", "**\\*test*.dll\n!**\\obj\\**", needed=True,
                group="testSelection", when="testSelector = testAssemblies", rows=3,
            ),
            entry(
                "testPlan", "Test plan", "pickList", needed=True, group="testSelection",
                when="testSelector = testPlan",
            ),
            path(
                "searchFolder", "Search folder", "$(System.DefaultWorkingDirectory)", needed=True,
                group="testSelection",
            ),
            entry(
                "testFiltercriteria", "Test filter criteria", group="testSelection",
                when="testSelector = testAssemblies",
            ),
            flag("runInParallel", "Run tests in parallel on multi-core machines", group="execution"),
            entry("testRunTitle", "Test run title", group="reporting"),
            flag("publishRunAttachments", "Upload test attachments", "true", group="reporting"),
            flag("failOnMinTestsNotRun", "Fail if too few tests ran", group="execution"),
            entry(
                "minimumExpectedTests", "Minimum # of tests", default="1", group="execution",
                when="failOnMinTestsNotRun = true",
            ),
        ),
        form="VsTest - $(testSelector)",
        groups="testSelection=Test selection;execution=Execution options;reporting=Reporting options",
    ),
)  # fmt: skip
