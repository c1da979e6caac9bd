#include "tests/bench/figures.h"
#include "tests/soak/ends.h"
#include "tests/soak/faults.h"
#include "tests/soak/memory.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <thread>

// A fleet under way for long: a commit every five seconds, some of them with history rewritten,
// while clusters, the git server and the controller fail at random and other people edit clusters
// and the status branch. Every so often the faults end and nothing is committed until all is as it
// shall be. README.md says what is looked at. Ends with 0 if everything was right at all times.
//   soak [--minutes 60] [--clusters 20] [--seed 1] [--round 120] [--log FILE]
namespace flotilla::soak {
namespace {

using namespace std::chrono_literals;
using bench::print;

struct Settings {
  double minutes = 60;
  int clusters = 20;
  unsigned seed = 1;
  int round = 120;  // seconds
  std::string log;  // where the controller's log goes in the end; empty: nowhere
};

constexpr auto between_commits = 5s;
constexpr auto patience = 60s;
// A cluster counts as ready half a minute after it is back.
constexpr auto longest_settling = 120s;
// Memory is judged by runs that last long enough for windows of five minutes.
constexpr double least_minutes_for_memory = 30;
constexpr double most_growth = 5;  // percent

// Objects so many that their deletion is held come, go, and their deletion is confirmed, at these
// commits of every so many.
constexpr int cycle = 24;
constexpr int many_come = 6;
constexpr int many_go = 12;

std::vector<std::string> member_names(int count) {
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) names.push_back("member" + std::to_string(i));
  return names;
}

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

double percentile(std::vector<double> values, double part) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

class Soak {
 public:
  explicit Soak(const Settings& settings)
      : settings_(settings),
        dice_(settings.seed),
        author_(dice_),
        world_(tests::open_members(member_names(settings.clusters))),
        bare_(world_.folder.path() / "git" / "fleet.git"),
        line_(world_.repo, bare_, first_content(world_.members->names(), dice_)),
        server_(world_.folder.path() / "server", world_.folder.path() / "git"),
        notes_(bare_),
        ends_(world_, line_, notes_),
        controller_(world_, server_),
        watch_(*world_.members, line_, patience),
        faults_({*world_.members, server_, controller_, watch_, line_, notes_, world_, bare_},
                settings.seed) {}

  // What went wrong, a line each.
  std::string run() {
    try {
      settle("the first objects");
      go();
    } catch (const std::exception& error) {
      faults_.heal();
      report();
      keep_log();
      return trouble() + error.what() + "\n";
    }
    report();
    keep_log();
    return trouble() + growth();
  }

 private:
  void go() {
    const auto length = std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double>(settings_.minutes * 60));
    began_ = Clock::now();
    end_ = began_ + length;
    window_ = length / 6;
    while (Clock::now() < end_) {
      const auto round_ends = std::min(end_, Clock::now() + std::chrono::seconds(settings_.round));
      storm(round_ends);
      faults_.heal();
      settle("the commits up to " + std::to_string(line_.pushes()));
    }
    end_ = Clock::now();
  }

  void storm(Clock::time_point until) {
    auto next_commit = Clock::now();
    while (Clock::now() < until || !line_.content().held.empty()) {
      const auto now = Clock::now();
      // The first and the last window see one process each, so that their memory can be compared.
      faults_.may_end_controller = now > began_ + window_ && now < began_ + 3 * window_;
      faults_.tick();
      attend();
      if (now >= next_commit) {
        commit();
        controller_.tell_of_push();
        next_commit = now + between_commits;
      }
      std::this_thread::sleep_for(20ms);
    }
  }

  // What a supervisor does, and looks.
  void attend() {
    controller_.look_after();
    if (!controller_.runs() && faults_.controller_may_run()) controller_.start();
    if (controller_.runs()) memory_.look_at(controller_.pid());
  }

  void commit() {
    const int number = ++commits_;
    const std::string message = "Commit " + std::to_string(number);
    Content content = line_.content();
    if (!content.held.empty()) {
      content.held.clear();
      content.confirmed = {line_.head()};
      line_.commit(std::move(content), message + ": they may go");
      line_.stays();
    } else if (number % cycle == many_come) {
      content.bulk = {dice_.pick(content.clusters), dice_.pick(content.clusters)};
      line_.commit(std::move(content), message + ": many objects");
      line_.stays();
    } else if (number % cycle == many_go && !content.bulk.empty()) {
      std::swap(content.held, content.bulk);
      line_.commit(std::move(content), message + ": without the many objects");
      line_.stays();
    } else if (dice_.one_in(10)) {
      const auto count = static_cast<std::size_t>(dice_.between(1, 3));
      content = line_.before_last(count);
      author_.change(content);
      line_.replace_last(count, std::move(content), message + ": otherwise");
      ++forced_;
    } else {
      author_.change(content);
      line_.commit(std::move(content), message);
    }
  }

  void settle(const std::string& what) {
    const auto start = Clock::now();
    std::string last;
    while (true) {
      attend();
      world_.members->forget_requests();
      std::array<double, 1> load{};
      if (getloadavg(load.data(), 1) == 1) load_ = std::max(load_, load[0]);
      const std::string wrong = ends_.wrong();
      if (wrong.empty()) break;
      last = tests::lines_of(wrong).back();
      if (Clock::now() - start > longest_settling)
        throw std::runtime_error(what + ": not settled after " +
                                 std::to_string(longest_settling.count()) + " s:\n" + wrong);
      std::this_thread::sleep_for(500ms);
    }
    line_.settled();
    settling_.push_back(seconds(Clock::now() - start));
    std::printf("# %s: right after %.1f s, %zu status commits%s%s\n", what.c_str(),
                settling_.back(), world_.status_commits(), last.empty() ? "" : "; last of all ",
                last.c_str());
    std::fflush(stdout);
  }

  std::string trouble() const {
    std::string text;
    for (const std::string& fault : watch_.faults()) text += fault + "\n";
    for (const std::string& end : controller_.ends()) text += "the controller: " + end + "\n";
    return text;
  }

  struct Growth {
    Memory::Mean first, last;
    double percent() const {
      return first.anonymous == 0 ? 0 : (last.anonymous / first.anonymous - 1) * 100;
    }
  };
  // Of the whole run; the processes of its beginning and end may be two.
  Growth growth_of_run() const {
    return {memory_.mean(began_, began_ + window_), memory_.mean(end_ - window_, end_)};
  }
  // Of the last process, which no fault ended; without its first minutes, in which it comes to have
  // as many connections and buffers as it ever needs at once.
  Growth growth_of_life() const {
    const auto born = memory_.last_life() + window_ / 3;
    return {memory_.mean(born, born + window_, memory_.last_process()),
            memory_.mean(end_ - window_, end_)};
  }

  std::string growth() const {
    if (settings_.minutes < least_minutes_for_memory) return "";
    for (const Growth& growth : {growth_of_run(), growth_of_life()})
      if (growth.first.anonymous == 0 || growth.last.anonymous == 0)
        return "memory was not measured in the whole run\n";
    const double percent = std::max(growth_of_run().percent(), growth_of_life().percent());
    if (percent <= most_growth) return "";
    return "memory grew by " + std::to_string(percent) + " %\n";
  }

  void report() const {
    print("soak.time", seconds(Clock::now() - began_) / 60, "min");
    print("soak.commits", static_cast<double>(line_.pushes()), "commits");
    print("soak.forced_pushes", forced_, "commits");
    for (const auto& [name, count] : faults_.counts()) print(("soak." + name).c_str(), count, "");
    print("soak.lost_races", static_cast<double>(notes_.lost_races()), "pushes");
    print("soak.status_commits", static_cast<double>(world_.status_commits()), "commits");
    print("soak.load_most", load_, "runnable");
    print("soak.looks", static_cast<double>(watch_.looks()), "looks");
    print("soak.deletions", static_cast<double>(watch_.deletions()), "objects");
    print("soak.settling_median", percentile(settling_, 0.5), "s");
    print("soak.settling_most", percentile(settling_, 1), "s");
    print("soak.lag_p99", percentile(watch_.lags(), 0.99), "s");
    print("soak.lag_most", percentile(watch_.lags(), 1), "s");
    print_growth("soak.run", growth_of_run());
    print_growth("soak.last_life", growth_of_life());
    print("soak.memory_most", memory_.most(), "MiB");
  }

  static void print_growth(const std::string& name, const Growth& growth) {
    print((name + ".memory_first").c_str(), growth.first.resident, "MiB");
    print((name + ".memory_last").c_str(), growth.last.resident, "MiB");
    print((name + ".anonymous_first").c_str(), growth.first.anonymous, "MiB");
    print((name + ".anonymous_last").c_str(), growth.last.anonymous, "MiB");
    print((name + ".growth").c_str(), growth.percent(), "%");
    print((name + ".descriptors_first").c_str(), growth.first.descriptors, "files");
    print((name + ".descriptors_last").c_str(), growth.last.descriptors, "files");
  }

  void keep_log() const {
    if (settings_.log.empty()) return;
    std::filesystem::copy_file(controller_.log(), settings_.log,
                               std::filesystem::copy_options::overwrite_existing);
  }

  Settings settings_;
  tests::Dice dice_;
  Author author_;
  tests::World world_;
  std::filesystem::path bare_;
  Line line_;
  testing::HttpsServer server_;
  Notes notes_;
  Ends ends_;
  Controller controller_;
  Watch watch_;
  Faults faults_;
  Memory memory_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point end_ = Clock::now();
  Clock::duration window_{};
  std::vector<double> settling_;
  int commits_ = 0;
  int forced_ = 0;
  double load_ = 0;  // of the machine: where it is high, all takes its time
};

Settings settings_of(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string flag = argv[i];
    const std::string value = argv[i + 1];
    if (flag == "--minutes")
      settings.minutes = std::stod(value);
    else if (flag == "--clusters")
      settings.clusters = std::stoi(value);
    else if (flag == "--seed")
      settings.seed = static_cast<unsigned>(std::stoul(value));
    else if (flag == "--round")
      settings.round = std::stoi(value);
    else if (flag == "--log")
      settings.log = value;
    else
      throw std::invalid_argument("no such flag: " + flag);
  }
  if (argc % 2 == 0) throw std::invalid_argument("a flag without its value");
  return settings;
}

int run(int argc, char** argv) {
  const std::vector<std::string> missing = testing::missing_programs(testing::HttpsServer::needs());
  if (!missing.empty()) throw std::runtime_error("not installed: " + missing.front());
  const Settings settings = settings_of(argc, argv);
  std::printf("# seed %u, %d clusters, %g minutes\n", settings.seed, settings.clusters,
              settings.minutes);
  std::fflush(stdout);
  Soak soak(settings);
  const std::string wrong = soak.run();
  if (wrong.empty()) return EXIT_SUCCESS;
  std::fprintf(stderr, "soak: seed %u:\n%s", settings.seed, wrong.c_str());
  return EXIT_FAILURE;
}

}  // namespace
}  // namespace flotilla::soak

int main(int argc, char** argv) {
  try {
    return flotilla::soak::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "soak: %s\n", error.what());
    return EXIT_FAILURE;
  }
}
