"""TLS in both directions: without a certificate, nothing can be sent or received.

Dask unpickles what its processes send one another, so any peer of such a process can run code in it.
"""

from distributed.security import Security

from services.prediction.settings import PredictionSettings


def temporary_security() -> Security:
    """Make a key and a certificate that exist only in the memory of this process and its workers."""
    security: Security = Security.temporary()
    return security


def security_of_files(settings: PredictionSettings) -> Security | None:
    """Build the security from the certificate files; None without any, which the settings allow on loopback only."""
    if settings.cluster_ca is None:
        return None
    ca, certificate, key = certificates(settings)
    return Security(
        require_encryption=True,
        tls_ca_file=ca,
        tls_client_cert=certificate,
        tls_client_key=key,
    )


def certificates(settings: PredictionSettings) -> tuple[str, str, str]:
    """Return the certificate of the authority, our own and its key, each as a path or as the text itself.

    Raises:
        SystemExit: They are not all set.
    """
    ca, certificate, key = settings.cluster_ca, settings.cluster_cert, settings.cluster_key
    if ca is None or certificate is None or key is None:
        raise SystemExit(
            "Bellwether cannot start: a cluster runs whatever its peers send, so it needs certificates. Set "
            "PREDICTION_CLUSTER_CA, PREDICTION_CLUSTER_CERT and PREDICTION_CLUSTER_KEY to PEM files."
        )
    return ca, certificate, key.get_secret_value()
