"""A dozen line icons, drawn by hand on a grid of 24: no font and no picture of another host."""

from __future__ import annotations

__all__ = ["svg"]

_PATHS = {
    "market": "M4 9l1-5h14l1 5M5 9v11h14V9M4 9a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0A2.7 2.7 0 0 0 20 9M10 20v-5h4v5",
    "health": "M12 20s-8-4.6-8-10.4A4.4 4.4 0 0 1 12 7a4.4 4.4 0 0 1 8 2.6C20 15.4 12 20 12 20zM12 10v5M9.5 12.5h5",
    "education": "M3 9l9-4.5L21 9l-9 4.5zM7 11.5V16c1.4 1.4 3 2 5 2s3.600-.6 5-2v-4.500M21 9v5",
    "transport": "M6 4h12a2 2 0 0 1 2 2v10H4V6a2 2 0 0 1 2-2zM4 11h16M7.500 16v2.500M16.500 16v2.500M8 13.700h.01M16 13.700h.01",
    "weather": "M7 18h10a4 4 0 0 0 .6-7.960A6 6 0 0 0 6.200 11.100 3.500 3.500 0 0 0 7 18zM15 4.500V3M19.500 7l1.100-1.100",
    "credit": "M12 3l7 3v5c0 4.600-3 8.200-7 10-4-1.800-7-5.400-7-10V6zM9 11.700l2.200 2.300 4-4.500",
    "social_security": "M12 3v2M4 13a8 8 0 0 1 16 0zM12 13v5.500a1.800 1.800 0 0 0 3.600 0",
    "public_safety": "M12 3l7 3v5c0 4.600-3 8.200-7 10-4-1.800-7-5.400-7-10V6zM12 8v5M12 16h.01",
    "housing": "M4 20V9l8-5 8 5v11M9 20v-6h6v6M3 20h18",
    "science": "M9 3h6M10 3v6l-5 9a2 2 0 0 0 1.800 3h10.400a2 2 0 0 0 1.800-3l-5-9V3M7.500 15h9",
    "energy": "M13 3L5 14h6l-1 7 8-11h-6z",
    "environment": "M5 19c0-9 5-13 14-14 0 9-4 14-11 14H5zM5 19c2-4 5-7 9-9",
    "industry_agriculture": "M3 20V10l6 4v-4l6 4V5h5v15zM7 17h.01M11 17h.01M15 17h.01",
    "commerce": "M4 5h2l2.400 10h9.200L20 8H7M9.500 19h.01M16.500 19h.01",
    "finance": "M4 20h16M5 20V10M10 20V10M14 20V10M19 20V10M3 10l9-6 9 6z",
    "work_safety": "M4 18h16M6 18v-3a6 6 0 0 1 12 0v3M10 9.500V6h4v3.500",
    "social_relief": "M12 20s-7-4-7-9.200A3.900 3.900 0 0 1 12 8.500a3.900 3.900 0 0 1 7 2.300C19 16 12 20 12 20z",
    "legal": "M12 4v16M7 20h10M5 7h14M5 7l-2.500 6h5zM19 7l-2.500 6h5z",
    "living": "M5 10a7 7 0 0 1 14 0c0 5-7 11-7 11S5 15 5 10zM12 12.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5z",
    "geography": "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
    "organisation": "M4 20V6l8-3v17M12 9h8v11M3 20h18M7 9h2M7 13h2M15 13h2M15 17h2",
}
_ELSE = "M5 5h14v14H5zM9 9h6M9 13h6"


def svg(name: str) -> str:
    """The icon of a theme; an unknown one gets a plain sheet."""
    path = _PATHS.get(name, _ELSE)
    return (
        '<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" '
        f'stroke-linejoin="round" aria-hidden="true"><path d="{path}"/></svg>'
    )
