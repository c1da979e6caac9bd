#include "reconciler/http/server.h"

#include "reconciler/http/listen.h"
#include "reconciler/http/sleepers.h"
#include "reconciler/http/watchdog.h"
#include "render/base/text.h"

#include <microhttpd.h>

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <exception>

namespace flotilla::http {

namespace {

struct Exchange {
  Request request;
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

int socket_of(MHD_Connection* connection) {
  const MHD_ConnectionInfo* info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info != nullptr ? info->connect_fd : -1;
}

// 0 if it is not told.
std::uint64_t announced_size(const Request& request) {
  const auto found = request.headers.find("content-length");
  return found == request.headers.end() ? 0 : std::strtoull(found->second.c_str(), nullptr, 10);
}

// What a handler throws must not pass through the library's frames.
Response handled(const Server::Handler& handler, const Request& request) {
  try {
    return handler(request);
  } catch (const std::exception&) {
    Response response;
    response.status = 500;
    response.content_type = "text/plain; charset=utf-8";
    response.body = "internal error\n";
    return response;
  }
}

}  // namespace

struct Server::State {
  State(Options the_options, Handler the_handler)
      : options(std::move(the_options)),
        handler(std::move(the_handler)),
        watchdog(options.per_request) {}

  Options options;
  Handler handler;
  Watchdog watchdog;
  Sleepers sleepers;
  MHD_Daemon* daemon = nullptr;
  std::string address;
  std::uint16_t port = 0;

  MHD_Result answer(MHD_Connection* connection, Exchange& exchange) {
    Response response = handled(handler, exchange.request);
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

  MHD_Result begin(MHD_Connection* connection, const char* path, const char* method,
                   Exchange& exchange) {
    Request& request = exchange.request;
    request.method = method;
    request.path = path;
    const int count =
        MHD_get_connection_values(connection, MHD_HEADER_KIND, &add_header, &request.headers);
    MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, &add_argument, &request.query);
    request.too_many_headers = count > 0 && static_cast<std::size_t>(count) > options.most_headers;
    if (request.too_many_headers) request.headers.clear();
    request.too_large = announced_size(request) > options.largest_body;
    // Who asks before he sends is spared the sending.
    const bool asks = request.headers.contains("expect");
    return asks && request.too_large ? answer(connection, exchange) : MHD_YES;
  }

  MHD_Result receive(MHD_Connection* connection, const char* path, const char* method,
                     const char* data, std::size_t* size, Exchange& exchange) {
    Request& request = exchange.request;
    if (request.method.empty()) return begin(connection, path, method, exchange);
    if (*size > 0) {
      request.too_large = request.too_large || request.body.size() + *size > options.largest_body;
      if (request.too_large) request.body.clear();
      if (!request.too_large) request.body.append(data, *size);
      *size = 0;
      return MHD_YES;
    }
    if (sleepers.closing()) return MHD_NO;
    if (sleepers.hanging()) return hold(connection, exchange);
    return answer(connection, exchange);
  }

  void completed(MHD_Connection* connection, void** exchange) {
    const std::unique_ptr<Exchange> owned(static_cast<Exchange*>(*exchange));
    *exchange = nullptr;
    if (owned == nullptr) return;
    if (owned->sleeper != nullptr) sleepers.remove(owned->sleeper);
    watchdog.opened(socket_of(connection));
    watchdog.request_ended();
  }

  Result<void> listen();
};

namespace {

// MHD hands out the target before it is split at the '?'.
void* begin_exchange(void* watchdog, const char* target, MHD_Connection*) {
  static_cast<Watchdog*>(watchdog)->request_began();
  auto exchange = std::make_unique<Exchange>();
  exchange->request.target = target;
  return exchange.release();
}

void on_connection(void* closure, MHD_Connection* connection, void**,
                   MHD_ConnectionNotificationCode what) {
  auto& watchdog = *static_cast<Watchdog*>(closure);
  if (what == MHD_CONNECTION_NOTIFY_STARTED) return watchdog.opened(socket_of(connection));
  watchdog.closed(socket_of(connection));
}

std::vector<MHD_OptionItem> tls_options(std::optional<Certificate>& certificate) {
  if (!certificate) return {{MHD_OPTION_END, 0, nullptr}};
  return {{MHD_OPTION_HTTPS_MEM_CERT, 0, certificate->chain_pem.data()},
          {MHD_OPTION_HTTPS_MEM_KEY, 0, certificate->key_pem.data()},
          {MHD_OPTION_END, 0, nullptr}};
}

}  // namespace

Result<void> Server::State::listen() {
  TRY_ASSIGN(Listener listener, Listener::at(options.listen));
  const auto on_request = [](void* closure, MHD_Connection* connection, const char* path,
                             const char* method, const char*, const char* data, std::size_t* size,
                             void** exchange) -> MHD_Result {
    return static_cast<State*>(closure)->receive(connection, path, method, data, size,
                                                 *static_cast<Exchange*>(*exchange));
  };
  const auto on_completed = [](void* closure, MHD_Connection* connection, void** exchange,
                               MHD_RequestTerminationCode) {
    static_cast<State*>(closure)->completed(connection, exchange);
  };
  // Not epoll, with which libmicrohttpd 0.9.75 spins in a TLS handshake until the client goes on.
  unsigned flags = MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME;
  if (options.certificate) flags |= MHD_USE_TLS;
  const std::vector<MHD_OptionItem> tls = tls_options(options.certificate);
  daemon = MHD_start_daemon(
      flags, listener.port(), nullptr, nullptr, +on_request, this, MHD_OPTION_LISTEN_SOCKET,
      listener.get(), MHD_OPTION_NOTIFY_COMPLETED,
      static_cast<MHD_RequestCompletedCallback>(+on_completed), this, MHD_OPTION_URI_LOG_CALLBACK,
      &begin_exchange, &watchdog, MHD_OPTION_NOTIFY_CONNECTION, &on_connection, &watchdog,
      MHD_OPTION_CONNECTION_LIMIT, options.most_connections, MHD_OPTION_CONNECTION_TIMEOUT,
      static_cast<unsigned>(options.silence.count()), MHD_OPTION_ARRAY, tls.data(), MHD_OPTION_END);
  if (daemon == nullptr)
    return fail(options.certificate ? Code::invalid : Code::unavailable,
                "cannot serve on " + listener.address() +
                    (options.certificate ? ": certificate and key are of no use" : ""));
  address = listener.address();
  port = listener.port();
  listener.release();
  return {};
}

Server::Server(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Server>> Server::start(Options options, Handler handler) {
  auto state = std::make_unique<State>(std::move(options), std::move(handler));
  TRY(state->listen());
  return std::unique_ptr<Server>(new Server(std::move(state)));
}

Server::~Server() {
  // The daemon may still look at the socket: it is closed at the end, and refuses from now on.
  const MHD_socket socket = MHD_quiesce_daemon(state_->daemon);
  if (socket != MHD_INVALID_SOCKET) shutdown(socket, SHUT_RDWR);
  if (state_->options.farewell.count() > 0)
    state_->watchdog.wait_until_idle(state_->options.farewell);
  // Sleeping connections would block the stop: from here on nobody sleeps again.
  state_->sleepers.set(false, true);
  state_->sleepers.wake_all();
  MHD_stop_daemon(state_->daemon);
  if (socket != MHD_INVALID_SOCKET) close(socket);
}

std::uint16_t Server::port() const { return state_->port; }
const std::string& Server::address() const { return state_->address; }

void Server::hang(bool on) {
  state_->sleepers.set(on, false);
  if (!on) state_->sleepers.wake_all();
}

}  // namespace flotilla::http
