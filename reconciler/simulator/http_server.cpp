#include "reconciler/simulator/http_server.h"

#include "render/base/text.h"

#include <microhttpd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <mutex>
#include <set>

namespace flotilla::simulator {

namespace {

constexpr std::size_t body_limit = 3U << 20U;

// Puts a connection to sleep and wakes it, in any order and from any thread.
class Sleeper {
 public:
  explicit Sleeper(MHD_Connection* connection) : connection_(connection) {}

  // False if a wake came first.
  bool sleep() {
    const std::scoped_lock lock(mutex_);
    if (woken_) {
      woken_ = false;
      return false;
    }
    asleep_ = true;
    MHD_suspend_connection(connection_);
    return true;
  }

  void wake() {
    const std::scoped_lock lock(mutex_);
    if (closed_) return;
    if (!asleep_) {
      woken_ = true;
      return;
    }
    asleep_ = false;
    MHD_resume_connection(connection_);
  }

  void close() {
    const std::scoped_lock lock(mutex_);
    closed_ = true;
  }

 private:
  std::mutex mutex_;
  MHD_Connection* connection_;
  bool asleep_ = false;
  bool woken_ = false;
  bool closed_ = false;
};
using SleeperPtr = std::shared_ptr<Sleeper>;

// The connections that may be asleep, and whether they must be.
class Sleepers {
 public:
  void add(const SleeperPtr& sleeper) {
    const std::scoped_lock lock(mutex_);
    sleepers_.insert(sleeper);
  }
  void remove(const SleeperPtr& sleeper) {
    sleeper->close();
    const std::scoped_lock lock(mutex_);
    sleepers_.erase(sleeper);
  }
  void wake_all() {
    std::vector<SleeperPtr> all;
    {
      const std::scoped_lock lock(mutex_);
      all.assign(sleepers_.begin(), sleepers_.end());
    }
    for (const SleeperPtr& sleeper : all) sleeper->wake();
  }
  void set(bool hanging, bool closing) {
    const std::scoped_lock lock(mutex_);
    hanging_ = hanging;
    closing_ = closing;
  }
  bool hanging() const {
    const std::scoped_lock lock(mutex_);
    return hanging_ && !closing_;
  }
  bool closing() const {
    const std::scoped_lock lock(mutex_);
    return closing_;
  }

 private:
  mutable std::mutex mutex_;
  std::set<SleeperPtr> sleepers_;
  bool hanging_ = false;
  bool closing_ = false;
};

struct Exchange {
  HttpRequest request;
  SleeperPtr sleeper;
};

struct StreamState {
  std::shared_ptr<Stream> stream;
  SleeperPtr sleeper;
  Sleepers* sleepers = nullptr;
  std::string pending;
  std::size_t sent = 0;
};

ssize_t read_stream(void* closure, std::uint64_t, char* buffer, std::size_t size) {
  auto& state = *static_cast<StreamState*>(closure);
  for (;;) {
    if (state.sleepers->closing()) return MHD_CONTENT_READER_END_WITH_ERROR;
    if (state.sent < state.pending.size()) {
      const std::size_t count = std::min(size, state.pending.size() - state.sent);
      std::memcpy(buffer, state.pending.data() + state.sent, count);
      state.sent += count;
      return static_cast<ssize_t>(count);
    }
    state.pending.clear();
    state.sent = 0;
    if (!state.sleepers->hanging()) {
      auto piece = state.stream->next();
      if (!piece) return MHD_CONTENT_READER_END_OF_STREAM;
      state.pending = std::move(*piece);
    }
    if (state.pending.empty() && state.sleeper->sleep()) return 0;
  }
}

void free_stream(void* closure) {
  const std::unique_ptr<StreamState> state(static_cast<StreamState*>(closure));
  state->sleepers->remove(state->sleeper);
}

MHD_Result add_header(void* closure, enum MHD_ValueKind, const char* name, const char* value) {
  (*static_cast<std::map<std::string, std::string>*>(closure))[lower(name)] =
      value != nullptr ? value : "";
  return MHD_YES;
}

MHD_Result add_argument(void* closure, enum MHD_ValueKind, const char* name, const char* value) {
  (*static_cast<std::map<std::string, std::string>*>(closure))[name] =
      value != nullptr ? value : "";
  return MHD_YES;
}

// MHD hands out the target before it is split at the '?'.
void* begin_exchange(void*, const char* target, MHD_Connection*) {
  auto exchange = std::make_unique<Exchange>();
  exchange->request.target = target;
  return exchange.release();
}

}  // namespace

struct HttpServer::State {
  MHD_Daemon* daemon = nullptr;
  Handler handler;
  Sleepers sleepers;
  std::uint16_t port = 0;

  MHD_Result answer(MHD_Connection* connection, Exchange& exchange) {
    HttpResponse response = handler(exchange.request);
    MHD_Response* reply = nullptr;
    if (response.stream != nullptr) {
      auto stream = std::make_unique<StreamState>();
      stream->stream = response.stream;
      stream->sleeper = std::make_shared<Sleeper>(connection);
      stream->sleepers = &sleepers;
      sleepers.add(stream->sleeper);
      response.stream->on_open([sleeper = stream->sleeper] { sleeper->wake(); });
      reply = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 64UL << 10U, &read_stream,
                                                stream.release(), &free_stream);
    } else {
      reply = MHD_create_response_from_buffer(response.body.size(), response.body.data(),
                                              MHD_RESPMEM_MUST_COPY);
    }
    MHD_add_response_header(reply, "Content-Type", response.content_type.c_str());
    for (const auto& [name, value] : response.headers)
      MHD_add_response_header(reply, name.c_str(), value.c_str());
    const MHD_Result queued =
        MHD_queue_response(connection, static_cast<unsigned>(response.status), reply);
    MHD_destroy_response(reply);
    return queued;
  }

  MHD_Result hold(MHD_Connection* connection, Exchange& exchange) {
    if (exchange.sleeper == nullptr) {
      exchange.sleeper = std::make_shared<Sleeper>(connection);
      sleepers.add(exchange.sleeper);
    }
    while (sleepers.hanging())
      if (exchange.sleeper->sleep()) return MHD_YES;
    return answer(connection, exchange);
  }

  MHD_Result receive(MHD_Connection* connection, const char* path, const char* method,
                     const char* data, std::size_t* size, Exchange& exchange) {
    HttpRequest& request = exchange.request;
    if (request.method.empty()) {
      request.method = method;
      request.path = path;
      MHD_get_connection_values(connection, MHD_HEADER_KIND, &add_header, &request.headers);
      MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &add_argument, &request.query);
      return MHD_YES;
    }
    if (*size > 0) {
      request.too_large = request.too_large || request.body.size() + *size > body_limit;
      if (request.too_large) request.body.clear();
      if (!request.too_large) request.body.append(data, *size);
      *size = 0;
      return MHD_YES;
    }
    if (sleepers.closing()) return MHD_NO;
    if (sleepers.hanging()) return hold(connection, exchange);
    return answer(connection, exchange);
  }
};

HttpServer::HttpServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(std::uint16_t port,
                                                      const Certificate& certificate,
                                                      Handler handler) {
  auto state = std::make_unique<State>();
  state->handler = std::move(handler);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

  const auto on_request = [](void* closure, MHD_Connection* connection, const char* path,
                             const char* method, const char*, const char* data, std::size_t* size,
                             void** exchange) -> MHD_Result {
    return static_cast<State*>(closure)->receive(connection, path, method, data, size,
                                                 *static_cast<Exchange*>(*exchange));
  };
  const auto on_completed = [](void* closure, MHD_Connection*, void** exchange,
                               MHD_RequestTerminationCode) {
    const std::unique_ptr<Exchange> owned(static_cast<Exchange*>(*exchange));
    if (owned != nullptr && owned->sleeper != nullptr)
      static_cast<State*>(closure)->sleepers.remove(owned->sleeper);
    *exchange = nullptr;
  };
  state->daemon = MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TLS | MHD_ALLOW_SUSPEND_RESUME, port, nullptr,
      nullptr, +on_request, state.get(), MHD_OPTION_SOCK_ADDR,
      reinterpret_cast<const sockaddr*>(&address), MHD_OPTION_HTTPS_MEM_CERT,
      certificate.chain_pem.c_str(), MHD_OPTION_HTTPS_MEM_KEY, certificate.key_pem.c_str(),
      MHD_OPTION_NOTIFY_COMPLETED, static_cast<MHD_RequestCompletedCallback>(+on_completed),
      state.get(), MHD_OPTION_URI_LOG_CALLBACK, &begin_exchange, nullptr,
      MHD_OPTION_CONNECTION_LIMIT, 4000U, MHD_OPTION_END);
  if (state->daemon == nullptr)
    return fail(Code::unavailable,
                "cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + std::strerror(errno));
  const MHD_DaemonInfo* info = MHD_get_daemon_info(state->daemon, MHD_DAEMON_INFO_BIND_PORT);
  state->port = info != nullptr ? info->port : port;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

HttpServer::~HttpServer() {
  // Sleeping connections would block the stop: from here on nobody sleeps again.
  state_->sleepers.set(false, true);
  state_->sleepers.wake_all();
  MHD_stop_daemon(state_->daemon);
}

std::uint16_t HttpServer::port() const { return state_->port; }

void HttpServer::hang(bool on) {
  state_->sleepers.set(on, false);
  if (!on) state_->sleepers.wake_all();
}

}  // namespace flotilla::simulator
