#include "reconciler/simulator/simulator.h"

#include "reconciler/simulator/api.h"
#include "reconciler/simulator/certificates.h"
#include "reconciler/simulator/clockwork.h"

#include <deque>

namespace flotilla::simulator {

namespace {

// A demo that runs for weeks must not grow: older requests are forgotten.
constexpr std::size_t request_limit = 200'000;

}  // namespace

struct Simulator::State {
  World world;
  Certificates certificates;
  std::uint16_t port = 0;
  std::unique_ptr<http::Server> server;

  mutable std::mutex mutex;
  std::deque<Request> requests;

  http::Response handle(const http::Request& request) {
    http::Response response = answer(world, request);
    const auto agent = request.headers.find("user-agent");
    const std::scoped_lock lock(mutex);
    requests.push_back({request.method, request.target,
                        agent == request.headers.end() ? "" : agent->second, response.status});
    if (requests.size() > request_limit) requests.pop_front();
    return response;
  }

  Result<void> listen() {
    http::Options serving;
    serving.listen = "127.0.0.1:" + std::to_string(port);
    serving.certificate = {certificates.server_pem, certificates.server_key_pem};
    TRY_ASSIGN(server,
               http::Server::start(std::move(serving), [this](const http::Request& request) {
                 return handle(request);
               }));
    port = server->port();
    return {};
  }
};

Simulator::Simulator(std::unique_ptr<State> state) : state_(std::move(state)) {}

Result<std::unique_ptr<Simulator>> Simulator::start(Options options) {
  auto state = std::make_unique<State>();
  TRY_ASSIGN(state->certificates, make_certificates(options.name));
  state->world.token = options.admin_token.empty() ? random_hex(24) : options.admin_token;
  state->world.options = std::move(options);
  state->world.tasks = Clockwork::shared().new_owner();
  {
    const std::scoped_lock lock(state->world.mutex);
    found_world(state->world);
  }
  TRY(state->listen());
  return std::unique_ptr<Simulator>(new Simulator(std::move(state)));
}

Simulator::~Simulator() {
  state_->server.reset();
  Clockwork::shared().cancel(state_->world.tasks);
}

std::string Simulator::server_url() const {
  return "https://127.0.0.1:" + std::to_string(state_->port);
}
std::string Simulator::ca_pem() const { return state_->certificates.ca_pem; }
std::string Simulator::token() const { return state_->world.token; }

void Simulator::stop() { state_->server.reset(); }

Result<void> Simulator::restart() {
  if (state_->server != nullptr) return {};
  return state_->listen();
}

void Simulator::hang(bool on) {
  if (state_->server != nullptr) state_->server->hang(on);
}

std::vector<Request> Simulator::requests() const {
  const std::scoped_lock lock(state_->mutex);
  return {state_->requests.begin(), state_->requests.end()};
}

void Simulator::forget_requests() {
  const std::scoped_lock lock(state_->mutex);
  state_->requests.clear();
}

}  // namespace flotilla::simulator
