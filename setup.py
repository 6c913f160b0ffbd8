"""Where the packages lie; everything else is in pyproject.toml."""

from setuptools import find_namespace_packages, setup

ROOTS = {
    "ckanext.govopen": "ckanext-govopen/ckanext/govopen",
    "govopen_harvesters": "harvesters/govopen_harvesters",
    "govopen_anonymize": "anonymize/govopen_anonymize",
    "govopen_stack": "config/govopen_stack",
    "govopen_schemas": "schemas",
}
setup(
    packages=[
        package
        for name, folder in ROOTS.items()
        for package in (name, *(f"{name}.{sub}" for sub in find_namespace_packages(folder)))
    ],
    package_dir=ROOTS,
    package_data={name: ["**/*"] for name in ROOTS},
    exclude_package_data={"": ["__pycache__/*", "*.py[co]"]},
    include_package_data=False,
)
