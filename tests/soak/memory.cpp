#include "tests/soak/memory.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <system_error>

namespace flotilla::soak {

using namespace std::chrono_literals;

void Memory::look_at(pid_t process) {
  const auto now = Clock::now();
  if (!samples_.empty() && now - samples_.back().at < 1s) return;
  Sample sample{.at = now, .process = process};
  const std::string folder = "/proc/" + std::to_string(process);
  std::ifstream status(folder + "/status");
  for (std::string word; status >> word;) {
    if (word == "VmRSS:") status >> sample.resident;
    if (word == "RssAnon:") status >> sample.anonymous;
  }
  if (sample.resident == 0) return;  // it ended just now
  sample.resident /= 1024;
  sample.anonymous /= 1024;
  std::error_code gone;
  for (std::filesystem::directory_iterator file(folder + "/fd", gone), end; !gone && file != end;
       file.increment(gone))
    ++sample.descriptors;
  samples_.push_back(sample);
}

Memory::Mean Memory::mean(Clock::time_point from, Clock::time_point to, pid_t process) const {
  Mean mean;
  for (const Sample& sample : samples_) {
    if (sample.at < from || sample.at > to || (process != 0 && sample.process != process)) continue;
    ++mean.samples;
    mean.resident += sample.resident;
    mean.anonymous += sample.anonymous;
    mean.descriptors += sample.descriptors;
  }
  if (mean.samples == 0) return mean;
  const auto count = static_cast<double>(mean.samples);
  mean.resident /= count;
  mean.anonymous /= count;
  mean.descriptors /= count;
  return mean;
}

double Memory::most() const {
  double most = 0;
  for (const Sample& sample : samples_) most = std::max(most, sample.resident);
  return most;
}

Clock::time_point Memory::last_life() const {
  Clock::time_point since{};
  for (auto sample = samples_.rbegin();
       sample != samples_.rend() && sample->process == samples_.back().process; ++sample)
    since = sample->at;
  return since;
}

}  // namespace flotilla::soak
