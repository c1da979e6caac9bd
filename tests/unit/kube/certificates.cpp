#include "tests/unit/kube/certificates.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <stdexcept>

namespace flotilla::test {
namespace {

template <auto release>
struct Free {
  template <class T>
  void operator()(T* handle) const {
    release(handle);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Free<X509_free>>;
using Bio = std::unique_ptr<BIO, Free<BIO_free_all>>;

constexpr long kDay = 86'400;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* cert) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), cert);
  return text_of(bio.get());
}

std::string pem_of(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio.get());
}

void extend(X509* cert, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  if (extension == nullptr) throw std::runtime_error("bad certificate extension");
  X509_add_ext(cert, extension, -1);
  X509_EXTENSION_free(extension);
}

Cert new_cert(EVP_PKEY* key, const std::string& name, Validity validity) {
  static long serial = 1;
  Cert cert(X509_new());
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -10 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()),
                  validity == Validity::expired ? -kDay : 10 * kDay);
  X509_set_pubkey(cert.get(), key);
  const auto* text = reinterpret_cast<const unsigned char*>(name.c_str());
  X509_NAME_add_entry_by_txt(X509_get_subject_name(cert.get()), "CN", MBSTRING_UTF8, text, -1, -1,
                             0);
  return cert;
}

template <class T, class Read>
T read_pem(const std::string& pem, Read read) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return T(read(bio.get(), nullptr, nullptr, nullptr));
}

}  // namespace

Certificate make_ca(const std::string& name) {
  const Key key(EVP_EC_gen("P-256"));
  const Cert cert = new_cert(key.get(), name, Validity::current);
  X509_set_issuer_name(cert.get(), X509_get_subject_name(cert.get()));
  extend(cert.get(), cert.get(), NID_basic_constraints, "critical,CA:TRUE");
  extend(cert.get(), cert.get(), NID_subject_key_identifier, "hash");
  X509_sign(cert.get(), key.get(), EVP_sha256());
  return {pem_of(cert.get()), pem_of(key.get())};
}

Certificate make_certificate(const Certificate& ca, const std::string& name, Validity validity) {
  const Key ca_key = read_pem<Key>(ca.key_pem, PEM_read_bio_PrivateKey);
  const Cert ca_cert = read_pem<Cert>(ca.cert_pem, PEM_read_bio_X509);
  const Key key(EVP_EC_gen("P-256"));
  const Cert cert = new_cert(key.get(), name, validity);
  X509_set_issuer_name(cert.get(), X509_get_subject_name(ca_cert.get()));
  extend(cert.get(), ca_cert.get(), NID_subject_alt_name, "IP:127.0.0.1,DNS:" + name);
  X509_sign(cert.get(), ca_key.get(), EVP_sha256());
  return {pem_of(cert.get()), pem_of(key.get())};
}

}  // namespace flotilla::test
