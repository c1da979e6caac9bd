#include "reconciler/kube/client.h"

#include "reconciler/kube/session.h"
#include "render/base/text.h"
#include "render/document/json.h"

namespace flotilla::kube {

struct Client::State : Session {
  using Session::Session;
};

namespace {

constexpr const char* kFieldManager = "flotilla";

Task<ApiResult<Json::Value>> exchange_json(SessionPtr session, Call call) {
  ApiResult<HttpResponse> answer = co_await exchange(std::move(session), std::move(call));
  if (!answer) co_return tl::unexpected(std::move(answer).error());
  co_return json_of(*answer);
}

// The text of each `299 - "text"` that a Warning header holds, quotes unescaped.
std::vector<std::string> warnings_of(const HttpResponse& response) {
  std::vector<std::string> warnings;
  const auto header = response.headers.find("warning");
  if (header == response.headers.end()) return warnings;
  for (const std::string& line : split(header->second, '\n')) {
    std::string text;
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const bool escaped = quoted && line[i] == '\\' && i + 1 < line.size();
      if (escaped) {
        text += line[++i];
      } else if (line[i] == '"') {
        if (quoted) warnings.push_back(std::exchange(text, {}));
        quoted = !quoted;
      } else if (quoted) {
        text += line[i];
      }
    }
  }
  return warnings;
}

Call apply_call(const Resource& resource, std::string_view namespace_, std::string_view name,
                std::string body, const ApplyOptions& options) {
  Call call;
  call.method = "PATCH";
  call.path = resource.path(namespace_, name) +
              query({{"fieldManager", options.field_manager},
                     {"force", options.force == Force::yes ? "true" : ""},
                     {"dryRun", options.dry_run == DryRun::yes ? "All" : ""}});
  call.content_type = "application/apply-patch+yaml";  // JSON is YAML
  call.body = std::move(body);
  call.secrecy = secrecy_of(resource);
  return call;
}

Task<ApiResult<Applied>> apply_object(SessionPtr session, Call call) {
  ApiResult<HttpResponse> answer = co_await exchange(std::move(session), std::move(call));
  if (!answer) co_return tl::unexpected(std::move(answer).error());
  ApiResult<Json::Value> object = json_of(*answer);
  if (!object) co_return tl::unexpected(std::move(object).error());
  Applied applied;
  applied.created = answer->status == 201;
  applied.object = std::move(*object);
  applied.warnings = warnings_of(*answer);
  co_return applied;
}

std::string_view to_string(Propagation propagation) {
  switch (propagation) {
    case Propagation::background:
      break;
    case Propagation::foreground:
      return "Foreground";
    case Propagation::orphan:
      return "Orphan";
  }
  return "Background";
}

std::string delete_options(const RemoveOptions& remove) {
  Json::Value options(Json::objectValue);
  options["apiVersion"] = "v1";
  options["kind"] = "DeleteOptions";
  options["propagationPolicy"] = std::string(to_string(remove.propagation));
  if (!remove.uid.empty()) options["preconditions"]["uid"] = remove.uid;
  if (!remove.resource_version.empty()) {
    options["preconditions"]["resourceVersion"] = remove.resource_version;
  }
  return canonical_json(options);
}

Task<ApiResult<std::string>> get_body(SessionPtr session, Call call) {
  ApiResult<HttpResponse> answer = co_await exchange(std::move(session), std::move(call));
  if (!answer) co_return tl::unexpected(std::move(answer).error());
  co_return std::move(answer->body);
}

}  // namespace

Client::Client(Loop& loop, Access access, ClientOptions options)
    : state_(std::make_shared<State>(loop, std::move(access), options)) {}
Client::~Client() = default;

void Client::give_up() {
  const Session* session = state_.get();  // as exchange() knows it
  state_->loop.give_up(session);
}

Loop& Client::loop() { return state_->loop; }
const std::string& Client::server() const { return state_->credentials.server(); }
std::size_t Client::concurrency() const { return state_->options.concurrency; }

std::optional<Outage> Client::outage() const { return state_->circuit.outage(); }

Task<ApiResult<Discovery>> Client::discover() { return discover_all(state_); }

Task<ApiResult<NamedDiscovery>> Client::discover_named() { return discover_named_all(state_); }

Task<ApiResult<Table>> Client::table(Resource resource, std::string namespace_,
                                     TableOptions options) {
  return table_all(state_, std::move(resource), std::move(namespace_), std::move(options));
}

Task<ApiResult<Json::Value>> Client::get(Resource resource, std::string namespace_,
                                         std::string name) {
  Call call;
  call.path = resource.path(namespace_, name);
  call.secrecy = secrecy_of(resource);
  return exchange_json(state_, std::move(call));
}

Task<ApiResult<List>> Client::list(Resource resource, std::string namespace_, ListOptions options) {
  return list_all(state_, std::move(resource), std::move(namespace_), std::move(options));
}

Task<ApiResult<List>> Client::list(Resource resource, std::string namespace_) {
  return list(std::move(resource), std::move(namespace_), ListOptions{});
}

Task<ApiResult<Applied>> Client::apply(Resource resource, std::string namespace_, std::string name,
                                       std::string body) {
  return apply(std::move(resource), std::move(namespace_), std::move(name), std::move(body),
               ApplyOptions{});
}

Task<ApiResult<Applied>> Client::apply(Resource resource, std::string namespace_, std::string name,
                                       std::string body, ApplyOptions options) {
  return apply_object(state_, apply_call(resource, namespace_, name, std::move(body), options));
}

Task<ApiResult<Json::Value>> Client::create(Resource resource, std::string namespace_,
                                            std::string body) {
  Call call;
  call.method = "POST";
  call.path = resource.path(namespace_) + query({{"fieldManager", kFieldManager}});
  call.content_type = "application/json";
  call.body = std::move(body);
  call.secrecy = secrecy_of(resource);
  return exchange_json(state_, std::move(call));
}

Task<ApiResult<Json::Value>> Client::replace(Resource resource, std::string namespace_,
                                             std::string name, std::string body) {
  Call call;
  call.method = "PUT";
  call.path = resource.path(namespace_, name) + query({{"fieldManager", kFieldManager}});
  call.content_type = "application/json";
  call.body = std::move(body);
  call.secrecy = secrecy_of(resource);
  return exchange_json(state_, std::move(call));
}

Task<ApiResult<Json::Value>> Client::remove(Resource resource, std::string namespace_,
                                            std::string name, std::string uid) {
  RemoveOptions options;
  options.uid = std::move(uid);
  return remove(std::move(resource), std::move(namespace_), std::move(name), std::move(options));
}

Task<ApiResult<Json::Value>> Client::remove(Resource resource, std::string namespace_,
                                            std::string name, RemoveOptions options) {
  Call call;
  call.method = "DELETE";
  call.path = resource.path(namespace_, name);
  call.content_type = "application/json";
  call.body = delete_options(options);
  call.secrecy = secrecy_of(resource);
  return exchange_json(state_, std::move(call));
}

Task<ApiResult<Json::Value>> Client::json_patch(Resource resource, std::string namespace_,
                                                std::string name, std::string body) {
  Call call;
  call.method = "PATCH";
  call.path = resource.path(namespace_, name) + query({{"fieldManager", kFieldManager}});
  call.content_type = "application/json-patch+json";
  call.body = std::move(body);
  call.secrecy = secrecy_of(resource);
  return exchange_json(state_, std::move(call));
}

Task<ApiResult<bool>> Client::watch(Resource resource, std::string namespace_, WatchOptions options,
                                    std::function<bool(WatchEvent)> on_event) {
  return watch_until(state_, std::move(resource), std::move(namespace_), std::move(options),
                     std::move(on_event));
}

Task<ApiResult<std::string>> Client::get_raw(std::string path) {
  Call call;
  call.path = std::move(path);
  call.accept = "*/*";
  return get_body(state_, std::move(call));
}

namespace {

Task<ApiResult<int>> status_of(SessionPtr session, Call call, std::chrono::milliseconds timeout) {
  ApiResult<HttpResponse> answer =
      co_await exchange_once(std::move(session), std::move(call), timeout);
  if (!answer) co_return tl::unexpected(std::move(answer).error());
  co_return answer->status;
}

}  // namespace

Task<ApiResult<int>> Client::probe(std::string path, std::chrono::milliseconds timeout) {
  Call call;
  call.path = std::move(path);
  call.accept = "*/*";
  return status_of(state_, std::move(call), timeout);
}

}  // namespace flotilla::kube
