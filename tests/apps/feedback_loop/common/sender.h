// A thread of an engine's own that sends what Process only noted.
#ifndef LOOP_SENDER_H_
#define LOOP_SENDER_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>

#include "token.h"

class Sender {
 public:
  typedef std::function<void(std::shared_ptr<Token>)> Work;

  void Start(Work work) {
    work_ = work;
    thread_ = std::thread(&Sender::Run, this);
  }
  void Stop() {
    {
      std::lock_guard<std::mutex> lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) {
      thread_.join();
    }
  }
  void Add(std::shared_ptr<Token> token) {
    std::lock_guard<std::mutex> lock(mutex_);
    tokens_.push(token);
    wake_.notify_one();
  }

 private:
  void Run() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return stop_ || !tokens_.empty(); });
      if (stop_) {
        return;
      }
      std::shared_ptr<Token> token = tokens_.front();
      tokens_.pop();
      lock.unlock();
      work_(token);
      token.reset();
      lock.lock();
    }
  }

  Work work_;
  bool stop_ = false;
  std::queue<std::shared_ptr<Token>> tokens_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::thread thread_;
};

#endif
