#include "raw_client.h"
#include "reconciler/simulator/certificates.h"
#include "served.h"

#include <openssl/ssl.h>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <chrono>
#include <ctime>
#include <thread>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

struct Pem {
  std::filesystem::path folder;
  Pem() {
    std::string name = (std::filesystem::temp_directory_path() / "flotilla-pem-XXXXXX").string();
    folder = mkdtemp(name.data());
    const auto made = simulator::make_certificates("server-test");
    if (!made) FAIL(to_string(made.error()));
    std::ofstream(folder / "ca") << made->ca_pem;
    std::ofstream(folder / "cert") << made->server_pem;
    std::ofstream(folder / "key") << made->server_key_pem;
  }
  ~Pem() { std::filesystem::remove_all(folder); }
  Pem(const Pem&) = delete;
  Pem& operator=(const Pem&) = delete;
};

server::ServerOptions https_with(const Pem& pem) {
  server::ServerOptions options;
  options.certificate = pem.folder / "cert";
  options.key = pem.folder / "key";
  return options;
}

// What the server answers to a client that trusts `ca`; empty if it does not trust the server.
std::string ask_https(std::uint16_t port, const std::string& ca, const std::string& request) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  SSL_CTX_load_verify_locations(context.get(), ca.c_str(), nullptr);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new_ssl_connect(context.get()),
                                                          &BIO_free_all);
  BIO_set_conn_hostname(bio.get(), ("127.0.0.1:" + std::to_string(port)).c_str());
  if (BIO_do_handshake(bio.get()) != 1) return {};
  BIO_write(bio.get(), request.data(), static_cast<int>(request.size()));
  std::string answer;
  std::array<char, 4096> buffer{};
  for (int count = 1; count > 0;) {
    count = BIO_read(bio.get(), buffer.data(), buffer.size());
    if (count > 0) answer.append(buffer.data(), static_cast<std::size_t>(count));
  }
  return answer;
}

// The first bytes of a handshake, as a client sends them.
std::string client_hello() {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  &SSL_CTX_free);
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), &SSL_free);
  BIO* sent = BIO_new(BIO_s_mem());
  SSL_set_bio(tls.get(), BIO_new(BIO_s_mem()), sent);
  SSL_connect(tls.get());
  const char* hello = nullptr;
  const auto size = static_cast<std::size_t>(BIO_get_mem_data(sent, &hello));
  return {hello, size};
}

}  // namespace

TEST_CASE("With certificate and key the server speaks https") {
  const Pem pem;
  const Served served(https_with(pem));
  const std::string request = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  const std::string answer = ask_https(served.port(), pem.folder / "ca", request);
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.ends_with("\r\n\r\nok\n"));
  CHECK(ask_https(served.port(), Pem().folder / "ca", request).empty());
}

TEST_CASE("A client that stops in the middle of its handshake costs nothing") {
  const Pem pem;
  const Served served(https_with(pem));
  const Connection client(served.port());
  REQUIRE(client.send(client_hello()));
  const std::clock_t before = std::clock();  // CPU time of this process
  const auto spent = [&] { return 1000 * (std::clock() - before) / CLOCKS_PER_SEC; };
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
  while (spent() < 100 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  CHECK(spent() < 100);
}

TEST_CASE("A certificate that cannot be used is an error when the server starts") {
  const Pem pem;
  std::ofstream(pem.folder / "text") << "no pem";
  server::ServerOptions options;
  options.listen = "127.0.0.1:0";
  const auto code_of = [&](const char* certificate, const char* key) {
    options.certificate = *certificate == 0 ? "" : pem.folder / certificate;
    options.key = *key == 0 ? "" : pem.folder / key;
    const auto server = server::HttpServer::start(options, {});
    return server ? Code::internal : server.error().code;
  };
  CHECK(code_of("cert", "") == Code::invalid);
  CHECK(code_of("", "key") == Code::invalid);
  CHECK(code_of("none", "key") == Code::invalid);
  CHECK(code_of("cert", "text") == Code::invalid);
  CHECK(code_of("text", "key") == Code::invalid);
}
