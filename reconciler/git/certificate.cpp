#include "reconciler/git/certificate.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <ctime>
#include <memory>

namespace flotilla::git {
namespace {

struct Free {
  void operator()(SSL_CTX* handle) const noexcept { SSL_CTX_free(handle); }
  void operator()(BIO* handle) const noexcept { BIO_free_all(handle); }
  void operator()(EVP_PKEY* handle) const noexcept { EVP_PKEY_free(handle); }
  void operator()(X509* handle) const noexcept { X509_free(handle); }
};

// A server that hangs up during the handshake must not end the process.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  ~WithoutSigpipe() {
    const timespec at_once{};
    if (sigismember(&before_, SIGPIPE) == 0) sigtimedwait(&pipe_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_{};
  sigset_t before_{};
};

std::string day_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return "an unknown day";
  char text[16];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts)};
}

std::string fault_of(const X509* certificate) {
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0)
    return "has expired on " + day_of(X509_get0_notAfter(certificate));
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0)
    return "is not valid before " + day_of(X509_get0_notBefore(certificate));
  return {};
}

std::unique_ptr<BIO, Free> in_memory(const std::string& text) {
  return std::unique_ptr<BIO, Free>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

}  // namespace

std::string certificate_fault(const std::string& host, const std::string& port,
                              std::chrono::seconds patience) {
  if (patience.count() <= 0) return {};
  const WithoutSigpipe guard;
  const std::unique_ptr<SSL_CTX, Free> context(SSL_CTX_new(TLS_client_method()));
  if (!context) return {};
  // Nothing is trusted and nothing sent: only the dates are looked at.
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  const std::unique_ptr<BIO, Free> connection(BIO_new_ssl_connect(context.get()));
  SSL* session = nullptr;
  if (!connection || BIO_get_ssl(connection.get(), &session) != 1 || session == nullptr) return {};
  // As SSL_set_tlsext_host_name, without its C cast.
  std::string name = host;
  SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
  BIO_set_conn_hostname(connection.get(), host.c_str());
  BIO_set_conn_port(connection.get(), port.c_str());
  const int seconds = static_cast<int>(std::min<std::chrono::seconds::rep>(patience.count(), 5));
  if (BIO_do_connect_retry(connection.get(), seconds, -1) != 1) return {};
  const STACK_OF(X509)* chain = SSL_get_peer_cert_chain(session);
  for (int i = 0; chain != nullptr && i < sk_X509_num(chain); ++i)
    if (std::string fault = fault_of(sk_X509_value(chain, i)); !fault.empty()) return fault;
  return {};
}

Result<void> check_client_certificate(const ClientCertificate& client) {
  const auto certificate_text = in_memory(client.certificate);
  const std::unique_ptr<X509, Free> certificate(
      PEM_read_bio_X509(certificate_text.get(), nullptr, no_passphrase, nullptr));
  if (!certificate)
    return fail(Code::invalid, client.certificate_file + " holds no certificate, want PEM");
  const auto key_text = in_memory(client.key);
  const std::unique_ptr<EVP_PKEY, Free> key(
      PEM_read_bio_PrivateKey(key_text.get(), nullptr, no_passphrase, nullptr));
  if (!key && client.key.find("ENCRYPTED") != std::string::npos)
    return fail(Code::invalid, "the key in " + client.key_file +
                                   " is encrypted with a passphrase, which nobody is there to "
                                   "type: take it off with openssl pkey");
  if (!key) return fail(Code::invalid, client.key_file + " holds no private key, want PEM");
  if (X509_check_private_key(certificate.get(), key.get()) != 1)
    return fail(Code::invalid, "the key in " + client.key_file +
                                   " does not belong to the certificate in " +
                                   client.certificate_file);
  const std::string fault = fault_of(certificate.get());
  if (fault.empty()) return {};
  return fail(Code::unauthorized,
              "the client certificate in " + client.certificate_file + " " + fault);
}

}  // namespace flotilla::git
