"""Prints the commands of a Markdown file's bash blocks, one a line; a trailing backslash continues a command."""
import re
import sys

text = open(sys.argv[1], encoding="utf-8").read()
for block in re.findall(r"^```bash\n(.*?)^```", text, flags=re.S | re.M):
    for line in block.replace("\\\n", " ").splitlines():
        line = line.strip()
        if line and not line.startswith("#"):
            print(line)
