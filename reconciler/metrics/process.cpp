#include "reconciler/metrics/families.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

namespace flotilla::metrics {
namespace {

struct Process {
  double cpu_seconds = 0;
  double start_time = 0;
  double resident_bytes = 0;
  double virtual_bytes = 0;
};

// The fields of /proc/self/stat after the name of the program, which may hold blanks and brackets:
// the first one here is number 3 of proc(5).
std::vector<std::string> stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');
  std::vector<std::string> fields;
  if (name_end == std::string::npos) return fields;
  std::istringstream rest(line.substr(name_end + 1));
  for (std::string field; rest >> field;) fields.push_back(field);
  return fields;
}

double boot_time() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;)
    if (word == "btime") {
      double seconds = 0;
      file >> seconds;
      return seconds;
    }
  return 0;
}

Process process() {
  const std::vector<std::string> fields = stat_fields();
  Process result;
  if (fields.size() < 24) return result;
  const auto field = [&fields](std::size_t number) {
    return std::strtod(fields[number - 3].c_str(), nullptr);
  };
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  result.cpu_seconds = (field(14) + field(15)) / ticks;
  result.start_time = boot_time() + field(22) / ticks;
  result.virtual_bytes = field(23);
  result.resident_bytes = field(24) * static_cast<double>(sysconf(_SC_PAGESIZE));
  return result;
}

double open_files() {
  std::error_code error;
  double count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error))
    ++count;
  return count > 0 ? count - 1 : 0;  // one is the folder that is being read
}

struct ProcessSeries {
  prometheus::Counter& cpu =
      counters("process_cpu_seconds_total", "Processor time, user and system.").Add({});
  prometheus::Gauge& start =
      gauges("process_start_time_seconds", "When the process began, Unix time.").Add({});
  prometheus::Gauge& resident = gauges("process_resident_memory_bytes", "Memory in RAM.").Add({});
  prometheus::Gauge& virtual_ =
      gauges("process_virtual_memory_bytes", "Memory that is mapped.").Add({});
  prometheus::Gauge& files = gauges("process_open_fds", "Open file descriptors.").Add({});
};

}  // namespace

void look_at_process() {
  static auto& series = *new ProcessSeries;
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  const Process now = process();
  // A counter has no Set; its increments are exact enough for what it is.
  series.cpu.Increment(std::max(0.0, now.cpu_seconds - series.cpu.Value()));
  series.start.Set(now.start_time);
  series.resident.Set(now.resident_bytes);
  series.virtual_.Set(now.virtual_bytes);
  series.files.Set(open_files());
}

}  // namespace flotilla::metrics
