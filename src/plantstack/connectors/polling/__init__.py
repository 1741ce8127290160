"""Devices that only answer: each asked at its own pace, within a budget."""
