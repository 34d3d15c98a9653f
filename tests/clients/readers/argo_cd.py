"""What the sync windows of an AppProject would deny, by the model of Argo CD's evaluation. It is asked of deploys alone."""

import os

import argo_cd
import yaml


def reader(folder):
    [project] = yaml.safe_load_all(open(os.path.join(folder, "sync-windows.yml")))
    windows = [argo_cd.Window(window) for window in project["spec"]["syncWindows"] or []]

    def is_open(change, second):
        if change["action"] != "deploy":
            return None
        concerned = (window for window in windows if window.matches(change["component"], change["region"]))
        return not any(window.is_active(second) for window in concerned)

    return is_open
