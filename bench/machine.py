"""What this machine is, in the words that results carry."""
import os
import platform
import re
import subprocess


def describe(build):
    """Of this machine, and of the compiler and flags of the build directory."""
    cache = read(build / "CMakeCache.txt")
    compiler = setting(cache, "CMAKE_CXX_COMPILER") or "g++"
    version = output([compiler, "--version"]).splitlines()
    return {
        "name": slug(read("/proc/cpuinfo"), os.cpu_count()),
        "cpu": field(read("/proc/cpuinfo"), "model name") or platform.machine(),
        "cpus": os.cpu_count(),
        "memory_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "kernel": platform.release(),
        "libc": " ".join(platform.libc_ver()),
        "compiler": version[0] if version else "unknown",
        "flags": " ".join(filter(None, (setting(cache, "CMAKE_CXX_FLAGS"),
                                        setting(cache, "CMAKE_CXX_FLAGS_RELEASE")))),
    }


def slug(cpuinfo, cpus):
    """A short name for files, such as epyc-2vcpu."""
    model = re.sub(r"\(\w+\)|@.*", " ", field(cpuinfo, "model name") or platform.machine())
    words = re.findall(r"[a-z0-9]+", model.lower())
    family = next((word for word in words if word in ("epyc", "ryzen", "xeon", "atom", "core")),
                  words[-1] if words else "unknown")
    virtual = "hypervisor" in (field(cpuinfo, "flags") or "").split()
    return f"{family}-{cpus}{'vcpu' if virtual else 'cpu'}"


def field(text, name):
    found = re.search(rf"^{name}\s*:\s*(.*)$", text, re.M)
    return found.group(1).strip() if found else None


def setting(cache, name):
    found = re.search(rf"^{name}:\w+=(.*)$", cache, re.M)
    return found.group(1).strip() if found else None


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def output(command, **options):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False,
                              **options).stdout
    except OSError:
        return ""
