// The texts of statuses. The library's own stand in a constant table, so they are there before
// any static object is made; those of applications are added at run time.
#include "hiaiengine/status.h"

#include <iterator>
#include <unordered_map>

#include "api/guard.h"
#include "base/log_sink.h"
#include "base/mutex.h"
#include "base/no_destructor.h"
#include "os/fork_guard.h"

namespace hiai {
namespace {

struct Row {
  HIAI_StatusT status;
  const char* text;
};

#define OPENMATRIX_STATUS_ROW(name, moduleId, logLevel, text) {name, text},
constexpr Row kRows[] = {OPENMATRIX_STATUS_TABLE(OPENMATRIX_STATUS_ROW)};
#undef OPENMATRIX_STATUS_ROW
static_assert(std::size(kRows) == HIAI_STATUS_CODE_TOTAL, "one row per code");

// Null if the status is not one of the library's.
const char* OwnText(HIAI_StatusT status) {
  const std::size_t index = status & 0x0FFFu;
  if (index >= std::size(kRows) || kRows[index].status != status) return nullptr;
  return kRows[index].text;
}

class UserTexts {
 public:
  void Add(HIAI_StatusT status, const std::string& text) OPENMATRIX_EXCLUDES(mutex_) {
    openmatrix::MutexLock lock(mutex_);
    texts_.emplace(status, text);
  }

  std::string Find(HIAI_StatusT status) const OPENMATRIX_EXCLUDES(mutex_) {
    openmatrix::MutexLock lock(mutex_);
    const auto found = texts_.find(status);
    return found == texts_.end() ? std::string() : found->second;
  }

 private:
  mutable openmatrix::Mutex mutex_;
  std::unordered_map<HIAI_StatusT, std::string> texts_ OPENMATRIX_GUARDED_BY(mutex_);
  const openmatrix::HeldAcrossForks held_across_forks_{openmatrix::ForkRank::kTables, mutex_};
};

UserTexts& GetUserTexts() {
  static openmatrix::NoDestructor<UserTexts> texts;
  return *texts;
}

}  // namespace

StatusFactory* StatusFactory::GetInstance() {
  // It has no state of its own; a union member is never destroyed.
  static union Storage {
    Storage() : factory() {}
    ~Storage() {}
    StatusFactory factory;
  } storage;
  return &storage.factory;
}

void StatusFactory::RegisterErrorNo(const uint32_t err, const std::string& desc) {
  if (OwnText(err) != nullptr) return;
  openmatrix::CatchAll([&] { GetUserTexts().Add(err, desc); },
                       [err](const openmatrix::Caught&) {
                         openmatrix::Log(openmatrix::LogLevel::kError,
                                         "no memory for the text of status 0x%08x", err);
                       });
}

std::string StatusFactory::GetErrDesc(const uint32_t err) { return GetErrCodeDesc(err); }

std::string StatusFactory::GetErrCodeDesc(uint32_t errCode) {
  return openmatrix::GuardValue<std::string>([errCode] {
    const char* text = OwnText(errCode);
    return text != nullptr ? std::string(text) : GetUserTexts().Find(errCode);
  });
}

namespace {

// With the library, so that during a fork no other thread is just making them.
[[maybe_unused]] const UserTexts& g_texts = GetUserTexts();
[[maybe_unused]] const StatusFactory* const g_factory = StatusFactory::GetInstance();

}  // namespace

}  // namespace hiai
