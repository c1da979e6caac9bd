#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct ssl_st;
struct ssl_ctx_st;

namespace flotilla::tests {

// Who one is on TLS connections, and whom one trusts. HTTP/1.1 only: no ALPN.
class TlsContext {
 public:
  static TlsContext server(const std::string& cert_pem, const std::string& key_pem);
  static TlsContext client(const std::string& ca_pem);
  ssl_ctx_st* get() const { return context_.get(); }

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  std::unique_ptr<ssl_ctx_st, Free> context_;
};

// A connected TCP socket of 127.0.0.1, or -1.
int connect_to(int port);

// One TLS connection on a blocking socket, which it owns. wake() may be called from any thread and
// makes whatever waits on it end; the rest belongs to one thread, with SIGPIPE blocked.
class TlsStream {
 public:
  explicit TlsStream(int socket);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  bool accept(const TlsContext& context);
  bool connect(const TlsContext& context);
  // 0: the other side has ended, or the connection is broken.
  std::size_t read(char* data, std::size_t size);
  bool write(std::string_view data);
  // Until there is something to read here: true; or until the other end of `other` says something
  // or goes: false.
  bool readable_before(TlsStream& other);
  // Waits for the other side to go (or to say something), at most so long. True if it did.
  bool wait_for_end(int milliseconds);
  // How a connection may end: in good order; in the middle (a FIN and no more); or by a RST.
  void close();
  void cut();
  void reset();
  void wake();

 private:
  struct Free {
    void operator()(ssl_st* tls) const;
  };
  std::unique_ptr<ssl_st, Free> tls_;
  int socket_;
};

}  // namespace flotilla::tests
