#include "reconciler/server/http_server.h"

#include "reconciler/http/server.h"
#include "reconciler/log/log.h"
#include "reconciler/server/hook_secrets.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>

namespace flotilla::server {
namespace {

constexpr std::size_t largest_hook = std::size_t{1} << 20U;
constexpr std::size_t most_headers = 100;
constexpr std::string_view hooks_path = "/hooks/";

http::Response plain(int status, std::string line) {
  http::Response response;
  response.status = status;
  response.content_type = "text/plain; charset=utf-8";
  response.headers = {{"Cache-Control", "no-store"}, {"X-Content-Type-Options", "nosniff"}};
  response.body = std::move(line) + "\n";
  return response;
}

http::Response wrong_method(const char* allowed) {
  http::Response response = plain(405, "method not allowed");
  response.headers.emplace_back("Allow", allowed);
  return response;
}

http::Response probe(const std::string& why_not) {
  return why_not.empty() ? plain(200, "ok") : plain(503, why_not);
}

http::Response metrics_page() {
  http::Response response = plain(200, "");
  response.content_type = metrics::content_type;
  response.body = metrics::text();
  return response;
}

std::optional<HookKind> kind_of(std::string_view path) {
  if (!path.starts_with(hooks_path)) return std::nullopt;
  for (const HookKind kind : hook_kinds)
    if (path.substr(hooks_path.size()) == to_string(kind)) return kind;
  return std::nullopt;
}

Result<std::string> read_pem(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file || text.empty())
    return fail(Code::invalid, "cannot read " + path.string() + ": " +
                                   (file ? "it is empty" : std::strerror(errno)));
  return text;
}

Result<std::optional<http::Certificate>> read_certificate(const ServerOptions& options) {
  if (options.certificate.empty() && options.key.empty()) return std::nullopt;
  if (options.certificate.empty() || options.key.empty())
    return fail(Code::invalid, "a certificate goes with its key: one of the two is missing");
  http::Certificate certificate;
  TRY_ASSIGN(certificate.chain_pem, read_pem(options.certificate));
  TRY_ASSIGN(certificate.key_pem, read_pem(options.key));
  return certificate;
}

}  // namespace

struct HttpServer::State {
  State(const ServerOptions& options, Questions the_questions)
      : questions(std::move(the_questions)),
        takes_hooks(!options.hook_secrets.empty()),
        secrets(options.hook_secrets),
        pushes(questions.on_push) {}

  Questions questions;
  const bool takes_hooks;
  // The next two are used on the server's thread only.
  HookSecrets secrets;
  Deliveries deliveries;
  Pushes pushes;
  std::unique_ptr<http::Server> server;  // the last one, so that it ends first

  http::Response answer(const http::Request& request) {
    if (request.too_many_headers) return plain(431, "too many headers");
    if (request.too_large) return plain(413, "body too large");
    const auto get = [&request](const auto& page) {
      if (request.method != "GET" && request.method != "HEAD") return wrong_method("GET, HEAD");
      return page();
    };
    if (request.path == "/metrics") return get(&metrics_page);
    if (request.path == "/healthz") return get([this] { return probe(questions.why_not_alive()); });
    if (request.path == "/readyz") return get([this] { return probe(questions.why_not_ready()); });
    const std::optional<HookKind> kind = kind_of(request.path);
    if (!kind || !takes_hooks || secrets.of(*kind).empty()) return plain(404, "not found");
    if (request.method != "POST") return wrong_method("POST");
    return hook(*kind, request);
  }

  http::Response hook(HookKind kind, const http::Request& request) {
    Verdict verdict = judge_hook({kind, request.headers, request.body}, secrets.of(kind),
                                 std::chrono::system_clock::now(), questions.interest, deliveries);
    metrics::webhook(kind, verdict.result);
    log::debug("webhook", {{"kind", std::string(to_string(kind))},
                           {"status", std::to_string(verdict.status)},
                           {"answer", verdict.text}});
    if (verdict.push) pushes.add(std::move(*verdict.push));
    return plain(verdict.status, std::move(verdict.text));
  }
};

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() = default;

Result<std::unique_ptr<HttpServer>> HttpServer::start(ServerOptions options, Questions questions) {
  http::Options serving;
  TRY_ASSIGN(serving.certificate, read_certificate(options));
  serving.listen = options.listen;
  serving.largest_body = largest_hook;
  serving.most_headers = most_headers;
  serving.most_connections = options.most_connections;
  serving.silence = options.silence;
  serving.per_request = options.per_request;
  serving.farewell = options.farewell;
  auto state = std::make_unique<State>(options, std::move(questions));
  TRY_ASSIGN(state->server,
             http::Server::start(std::move(serving), [state = state.get()](const auto& request) {
               return state->answer(request);
             }));
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

std::string HttpServer::address() const { return state_->server->address(); }
std::vector<Push> HttpServer::take_pushes() { return state_->pushes.take(); }

}  // namespace flotilla::server
