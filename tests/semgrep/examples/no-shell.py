import os
import subprocess


def list_files(folder: str) -> None:
    # ruleid: no-shell
    os.system(f"ls {folder}")
    # ruleid: no-shell
    subprocess.run(f"ls {folder}", shell=True)
    # ok: no-shell
    subprocess.run(["/bin/ls", folder], check=True)
