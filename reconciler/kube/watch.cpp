#include "reconciler/kube/session.h"
#include "reconciler/kube/spread.h"
#include "render/document/json.h"
#include "render/document/tree.h"

namespace flotilla::kube {
namespace {

// kube-apiserver sends a bookmark about once a minute on a quiet watch.
constexpr std::chrono::seconds kSilence{150};
// The server ends the watch; this is for one that does not.
constexpr std::chrono::seconds kGrace{30};
constexpr std::chrono::seconds kShortest{300};
constexpr std::uint64_t kRange = 301;  // 300 to 600 s
constexpr std::string_view kMetadata =
    "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

Call watch_call(const Resource& resource, std::string_view namespace_,
                const WatchOptions& options) {
  Call call;
  call.path = resource.path(namespace_) +
              query({{"watch", "1"},
                     {"allowWatchBookmarks", "true"},
                     {"resourceVersion", options.resource_version},
                     {"timeoutSeconds", std::to_string(options.timeout.count())},
                     {"labelSelector", options.label_selector},
                     {"fieldSelector", options.field_selector}});
  if (options.metadata_only) call.accept = kMetadata;
  call.secrecy = secrecy_of(resource);
  return call;
}

// Turns lines into events, and keeps the fault that ended the watch.
class Reader {
 public:
  Reader(Resource resource, std::function<bool(WatchEvent)> on_event)
      : resource_(std::move(resource)),
        api_version_(resource_.group.empty() ? resource_.version
                                             : resource_.group + "/" + resource_.version),
        on_event_(std::move(on_event)) {}

  bool on_line(std::string_view line) {
    Result<Json::Value> event = parse_json_fast(line);
    Json::Value* object = event ? find_path(*event, {"object"}) : nullptr;
    if (object == nullptr || !object->isObject()) {
      fault.emplace();
      fault->status = 200;
      fault->error = {Code::unavailable, "server sends a watch event that is no JSON object"};
      return false;
    }
    const std::string type = get_string(*event, "type");
    if (type == "ERROR") {
      fault = error_of_status(*object, 0, secrecy_of(resource_));
      on_event_({type, std::move(*object)});
      return false;
    }
    (*object)["apiVersion"] = api_version_;
    (*object)["kind"] = resource_.kind;
    return on_event_({type, std::move(*object)});
  }

  std::optional<ApiError> fault;

 private:
  Resource resource_;
  std::string api_version_;
  std::function<bool(WatchEvent)> on_event_;
};

}  // namespace

Task<ApiResult<bool>> watch_until(SessionPtr session, Resource resource, std::string namespace_,
                                  WatchOptions options, std::function<bool(WatchEvent)> on_event) {
  if (options.timeout.count() <= 0) {
    // All watches of all clusters must not end in the same second.
    const std::uint64_t more = mixed(session->credentials.server(), session->watches++) % kRange;
    options.timeout = kShortest + std::chrono::seconds(more);
  }
  const auto reader = std::make_shared<Reader>(resource, std::move(on_event));
  Stream stream;
  stream.call = watch_call(resource, namespace_, options);
  stream.on_line = [reader](std::string_view line) { return reader->on_line(line); };
  stream.timeout = options.timeout + kGrace;
  stream.silence = kSilence;
  ApiResult<HttpResponse> answer = co_await exchange_stream(std::move(session), std::move(stream));
  if (!answer) co_return tl::unexpected(std::move(answer).error());
  if (reader->fault) co_return tl::unexpected(std::move(*reader->fault));
  co_return true;
}

}  // namespace flotilla::kube
