// What should come back, and what has.
#ifndef STORE_LEDGER_H_
#define STORE_LEDGER_H_

#include <map>
#include <mutex>
#include <string>

class LedgerBook {
 public:
  static LedgerBook& Get() {
    static LedgerBook book;
    return book;
  }
  void Expect(const std::string& line, int times) { Add(line, times); }
  void Enter(const std::string& line) { Add(line, -1); }
  size_t Open() {
    std::lock_guard<std::mutex> lock(mutex_);
    return open_.size();
  }

 private:
  // An answer may come before we have written down that we expect it.
  void Add(const std::string& line, int times) {
    std::lock_guard<std::mutex> lock(mutex_);
    if ((open_[line] += times) == 0) {
      open_.erase(line);
    }
  }

  std::mutex mutex_;
  std::map<std::string, int> open_;
};

#endif
