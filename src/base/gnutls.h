/*
 * gnutls.h - the functions of GnuTLS, loaded at the first use
 *
 * GnuTLS and the nine libraries below it take five times as long to load as
 * a whole delivery without TLS.  So they are loaded where they are needed
 * first.  gnutls.init(...) is gnutls_init(...).
 */

#ifndef BASE_GNUTLS_H
#define BASE_GNUTLS_H

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/ocsp.h>
#include <gnutls/x509.h>

#include "base/fault.h"

/* The list of them: X(init) is for gnutls_init. */
#define GNUTLS_CALLS(X) \
	X(alert_get) X(alert_get_name) X(alert_send) \
	X(alert_send_appropriate) X(bye) \
	X(certificate_allocate_credentials) \
	X(certificate_client_get_request_status) \
	X(certificate_free_credentials) X(certificate_get_issuer) \
	X(certificate_get_peers) X(certificate_get_trust_list) \
	X(certificate_set_x509_key_file2) \
	X(certificate_set_x509_system_trust) \
	X(certificate_set_x509_trust_mem) X(certificate_verify_peers) \
	X(decode_rs_value) \
	X(cipher_get) X(cipher_get_name) X(credentials_set) X(deinit) \
	X(error_is_fatal) X(free) X(group_get) X(group_get_name) \
	X(handshake) X(handshake_set_timeout) X(hash_fast) X(hmac_fast) \
	X(idna_map) X(idna_reverse_map) \
	X(init) X(kx_get) X(kx_get_name) X(ocsp_resp_deinit) \
	X(ocsp_resp_get_single) X(ocsp_resp_import) X(ocsp_resp_init) \
	X(ocsp_status_request_get2) X(pbkdf2) X(priority_deinit) \
	X(priority_init) X(priority_set_direct) X(privkey_deinit) \
	X(privkey_get_pk_algorithm) X(privkey_import_x509_raw) \
	X(privkey_init) X(privkey_sign_data2) X(protocol_get_name) \
	X(protocol_get_version) X(pubkey_deinit) X(pubkey_get_key_id) \
	X(pubkey_import_privkey) X(pubkey_init) \
	X(record_check_pending) X(record_recv) \
	X(record_send) X(server_name_set) X(session_channel_binding) \
	X(session_get_ptr) X(session_set_ptr) \
	X(session_set_verify_function) X(strerror) X(transport_set_errno) \
	X(transport_set_ptr) X(transport_set_pull_function) \
	X(transport_set_vec_push_function) X(utf8_password_normalize) \
	X(x509_crt_deinit) X(x509_crt_export2) \
	X(x509_crt_get_activation_time) X(x509_crt_get_dn3) \
	X(x509_crt_get_dn_by_oid) X(x509_crt_get_expiration_time) \
	X(x509_crt_get_issuer_dn3) X(x509_crt_get_key_id) \
	X(x509_crt_get_subject_alt_name) \
	X(x509_crt_import) X(x509_crt_init) X(x509_trust_list_add_cas) \
	X(x509_trust_list_deinit) X(x509_trust_list_init) \
	X(x509_trust_list_iter_deinit) X(x509_trust_list_iter_get_ca) \
	X(x509_trust_list_verify_crt2)

/*
 * Their addresses.  gnutls_free is a variable: (*gnutls.free)(p).  Only
 * gnutls_load() changes this.
 */
struct gnutls {
#define GNUTLS_CALL(name)	__typeof__(gnutls_##name) *name;
	GNUTLS_CALLS(GNUTLS_CALL)
#undef GNUTLS_CALL
};

extern struct gnutls gnutls;

/*
 * Load GnuTLS unless it is loaded.  To be called before any function of it
 * and before the process loses access to the file system.  -1 with a fault
 * of ST_TLS if the library is missing or older than at build time.
 */
int	gnutls_load(struct fault *);

#endif
