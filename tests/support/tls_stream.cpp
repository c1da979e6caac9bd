#include "tests/support/tls_stream.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace flotilla::tests {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
using Bio = std::unique_ptr<BIO, FreeBio>;

Bio bio_of(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

X509* read_certificate(const std::string& pem) {
  X509* certificate = PEM_read_bio_X509(bio_of(pem).get(), nullptr, nullptr, nullptr);
  if (certificate == nullptr) throw std::runtime_error("no certificate in the PEM");
  return certificate;
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }
void TlsStream::Free::operator()(ssl_st* tls) const { SSL_free(tls); }

TlsContext TlsContext::server(const std::string& cert_pem, const std::string& key_pem) {
  TlsContext context(SSL_CTX_new(TLS_server_method()));
  X509* certificate = read_certificate(cert_pem);
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio_of(key_pem).get(), nullptr, nullptr, nullptr);
  const bool good = SSL_CTX_use_certificate(context.get(), certificate) == 1 &&
                    SSL_CTX_use_PrivateKey(context.get(), key) == 1;
  X509_free(certificate);
  EVP_PKEY_free(key);
  if (!good) throw std::runtime_error("the certificate and its key do not fit");
  return context;
}

TlsContext TlsContext::client(const std::string& ca_pem) {
  TlsContext context(SSL_CTX_new(TLS_client_method()));
  X509* certificate = read_certificate(ca_pem);
  X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), certificate);
  X509_free(certificate);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return context;
}

int connect_to(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return socket;
  ::close(socket);
  return -1;
}

TlsStream::TlsStream(int socket) : socket_(socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

TlsStream::~TlsStream() {
  tls_.reset();
  ::close(socket_);
}

bool TlsStream::accept(const TlsContext& context) {
  tls_.reset(SSL_new(context.get()));
  SSL_set_fd(tls_.get(), socket_);
  return SSL_accept(tls_.get()) == 1;
}

bool TlsStream::connect(const TlsContext& context) {
  tls_.reset(SSL_new(context.get()));
  SSL_set_fd(tls_.get(), socket_);
  return SSL_connect(tls_.get()) == 1;
}

std::size_t TlsStream::read(char* data, std::size_t size) {
  const int got = SSL_read(tls_.get(), data, static_cast<int>(size));
  return got > 0 ? static_cast<std::size_t>(got) : 0;
}

bool TlsStream::write(std::string_view data) {
  return data.empty() || SSL_write(tls_.get(), data.data(), static_cast<int>(data.size())) > 0;
}

bool TlsStream::readable_before(TlsStream& other) {
  if (SSL_pending(tls_.get()) > 0) return true;
  std::array<pollfd, 2> sockets{pollfd{socket_, POLLIN, 0}, pollfd{other.socket_, POLLIN, 0}};
  if (::poll(sockets.data(), sockets.size(), -1) <= 0) return false;
  return sockets[1].revents == 0;
}

bool TlsStream::wait_for_end(int milliseconds) {
  pollfd socket{socket_, POLLIN, 0};
  return ::poll(&socket, 1, milliseconds) != 0;
}

void TlsStream::close() {
  if (tls_ != nullptr) SSL_shutdown(tls_.get());
  ::shutdown(socket_, SHUT_WR);
}

void TlsStream::cut() { ::shutdown(socket_, SHUT_RDWR); }

void TlsStream::reset() {
  // With no time to linger, closing sends a RST.
  const linger none{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

void TlsStream::wake() { ::shutdown(socket_, SHUT_RDWR); }

}  // namespace flotilla::tests
