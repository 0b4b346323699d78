"""Runs `mediahook dev` on ports that are free, and prints what it prints first, with the ports that it has otherwise."""

import os
import re
import subprocess
import sys

# The last product that it accepts callbacks of.
LAST = "tencent-vod: "

arguments = sys.argv[1:]
ports = [] if "--port" in arguments else ["--port", "0"]
command = [os.path.join(os.environ["PROGRAMS"], "mediahook"), "dev", *ports, *arguments]
with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
    for line in process.stdout:
        for name, port in (("inspector", 4601), ("receivers", 4600)):
            # The address is padded to a fixed width.
            address = re.match(rf"(  {name} +)(http://127\.0\.0\.1:)\d+(\S*) *(.*)$", line)
            if address:
                line = f"{address[1]}{address[2] + str(port) + address[3]:40} {address[4]}\n"
        sys.stdout.write(line)
        if LAST in line:
            break
    else:
        # `--help`, or an error.
        sys.exit(process.wait())
    process.terminate()
