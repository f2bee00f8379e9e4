import logging

from flask import request

logger = logging.getLogger(__name__)


def note() -> None:
    # ruleid: logs-hold-no-request
    logger.info("request", extra={"form": request.form})
    # ruleid: logs-hold-no-request
    logger.warning("refused", extra={"path": request.path})
    # ruleid: logs-hold-no-request
    logger.debug("came with %s", dict(request.headers))
    # ruleid: logs-hold-no-request
    logger.debug("came", extra={"request": request})
    # ok: logs-hold-no-request
    logger.info("request", extra={"method": request.method, "rule": str(request.url_rule)})
