#pragma once

#include "reconciler/kube/api_error.h"
#include "reconciler/kube/circuit.h"
#include "reconciler/kube/client.h"
#include "reconciler/kube/credentials.h"
#include "reconciler/kube/permits.h"

#include <functional>
#include <memory>
#include <string>

namespace flotilla::kube {

// What all calls to one API server share. Calls under way hold it by shared_ptr.
struct Session {
  Loop& loop;
  ClientOptions options;
  Credentials credentials;
  Permits permits;
  Circuit circuit;
  std::uint64_t watches = 0;  // begun so far

  Session(Loop& the_loop, Access access, ClientOptions the_options)
      : loop(the_loop),
        options(the_options),
        credentials(the_loop, std::move(access)),
        permits(the_options.concurrency),
        circuit(credentials.server(), the_options) {}
};

using SessionPtr = std::shared_ptr<Session>;

// One request, as the API sees it.
struct Call {
  std::string method = "GET";
  std::string path;  // with the query
  std::string accept = "application/json";
  std::string content_type = {};
  std::string body = {};
  Secrecy secrecy = Secrecy::plain;
};

// The answer, if it is a success (2xx). Waits for a permit, renews the credential after a 401, and
// repeats what may pass, until the circuit opens.
Task<ApiResult<HttpResponse>> exchange(SessionPtr session, Call call);

// The answer to one request that needs no permit and is not repeated, but for a renewed credential.
Task<ApiResult<HttpResponse>> exchange_once(SessionPtr session, Call call,
                                            std::chrono::milliseconds timeout);

struct Stream {
  Call call;
  std::function<bool(std::string_view)> on_line;
  std::chrono::milliseconds timeout;
  std::chrono::milliseconds silence;
};
// A stream needs no permit and is not repeated: whoever watches knows from where to go on.
Task<ApiResult<HttpResponse>> exchange_stream(SessionPtr session, Stream stream);

// The JSON of a success's body.
ApiResult<Json::Value> json_of(const HttpResponse& response);
// The same of a list whose items are looked at and forgotten: the fieldsV1 of their managedFields
// are texts of JSON.
ApiResult<Json::Value> page_of(const HttpResponse& response);

Secrecy secrecy_of(const Resource& resource);

// Percent-encodes what is neither unreserved nor in `keep`.
std::string percent_encoded(std::string_view text, std::string_view keep = {});

struct QueryItem {
  std::string_view name;
  std::string value;  // left out if empty
};
// "?a=b&c=d", or nothing.
std::string query(const std::vector<QueryItem>& items);

Task<ApiResult<List>> list_all(SessionPtr session, Resource resource, std::string namespace_,
                               ListOptions options);
Task<ApiResult<bool>> watch_until(SessionPtr session, Resource resource, std::string namespace_,
                                  WatchOptions options, std::function<bool(WatchEvent)> on_event);
Task<ApiResult<Discovery>> discover_all(SessionPtr session);
Task<ApiResult<NamedDiscovery>> discover_named_all(SessionPtr session);
Task<ApiResult<Table>> table_all(SessionPtr session, Resource resource, std::string namespace_,
                                 TableOptions options);

}  // namespace flotilla::kube
