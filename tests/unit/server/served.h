#pragma once

#include "reconciler/server/http_server.h"
#include "reconciler/server/signature.h"

#include <catch2/catch.hpp>

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <mutex>
#include <string>

namespace flotilla::tests {

// A server with secrets in a folder, and what it was told.
struct Served {
  std::filesystem::path folder;
  std::mutex mutex;
  std::string not_alive;  // under the mutex, as the next one
  std::string not_ready;
  std::atomic<int> calls = 0;  // of on_push
  std::unique_ptr<server::HttpServer> http;

  explicit Served(server::ServerOptions options = {}) {
    std::string name = (std::filesystem::temp_directory_path() / "flotilla-server-XXXXXX").string();
    folder = mkdtemp(name.data());
    secret("github", "secret");
    secret("generic", "token");
    options.listen = "127.0.0.1:0";
    options.hook_secrets = folder;
    auto started = server::HttpServer::start(std::move(options), questions());
    if (!started) FAIL(to_string(started.error()));
    http = std::move(*started);
  }
  ~Served() {
    http.reset();
    std::filesystem::remove_all(folder);
  }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  void secret(const std::string& kind, const std::string& text) const {
    std::ofstream(folder / kind) << text << "\n";
  }
  std::uint16_t port() const {
    const std::string address = http->address();
    return static_cast<std::uint16_t>(std::atoi(address.c_str() + address.rfind(':') + 1));
  }
  void set(std::string& reason, const std::string& text) {
    const std::scoped_lock lock(mutex);
    reason = text;
  }

 private:
  server::Questions questions() {
    return {[this] {
              const std::scoped_lock lock(mutex);
              return not_alive;
            },
            [this] {
              const std::scoped_lock lock(mutex);
              return not_ready;
            },
            [](const server::Push& push) {
              return push.ref == "refs/heads/main" ? server::Interest::fetch
                                                   : server::Interest::not_followed;
            },
            [this] { ++calls; }};
  }
};

// The headers of a signed push of GitHub.
inline std::string signed_by(const std::string& secret, const std::string& body,
                             const std::string& id) {
  std::string hex;
  for (const unsigned char byte : server::hmac_sha256(secret, body)) {
    hex += "0123456789abcdef"[byte >> 4U];
    hex += "0123456789abcdef"[byte & 15U];
  }
  return "X-GitHub-Event: push\r\nX-GitHub-Delivery: " + id +
         "\r\nX-Hub-Signature-256: sha256=" + hex + "\r\n";
}

}  // namespace flotilla::tests
