"""What the calendars of the admission policy would admit: one a region. It is asked of new versions alone."""

import glob
import os

import kubernetes
import yaml


def reader(folder):
    calendars = {}
    for path in glob.glob(os.path.join(folder, "calendar", "*.yml")):
        data = yaml.safe_load(open(path))["data"]
        calendars[os.path.basename(path).removesuffix(".yml")] = kubernetes.Calendar(data)

    def is_open(change, second):
        if change["action"] != "deploy":
            return None
        return calendars[change["region"]].is_open(change["component"], second)

    return is_open
