"""Code for child processes that measure their own peak memory."""

PEAK = """
import pathlib
def peak():  # in kilobytes; what `resource` tells begins with the peak of the parent
    lines = pathlib.Path("/proc/self/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmHWM")))
"""
