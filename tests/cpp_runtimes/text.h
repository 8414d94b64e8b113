// What needs a C++ run time in working order: streams, locales, regular expressions, exceptions,
// type information, thread-local objects. Compiled into the program and into the device library;
// OPENMATRIX_SIDE keeps the two apart.
#pragma once

#include <iostream>
#include <locale>
#include <memory>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

namespace OPENMATRIX_SIDE {

struct Base {
  virtual ~Base() {}
};
struct Derived : Base {};

inline std::string& OfThisThread() {
  static thread_local std::string text = "t";
  return text;
}

template <typename Call>
std::string Caught(Call call) {
  try {
    call();
  } catch (const std::invalid_argument&) {
    return "invalid";
  } catch (const std::out_of_range&) {
    return "range";
  } catch (const std::exception& error) {
    return error.what();
  }
  return "nothing";
}

inline std::string Describe(const std::string& word) {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << 1234567.5 << ' ' << true << ' ' << std::regex_replace(word, std::regex("l+"), "L");
  out << ' ' << Caught([] { throw std::runtime_error("inner"); });
  out << ' ' << Caught([] { static_cast<void>(std::stoi("zz")); });
  out << ' ' << Caught([] { static_cast<void>(std::string().at(3)); });
  const std::unique_ptr<Base> object(new Derived);
  out << ' ' << (dynamic_cast<Derived*>(object.get()) != nullptr ? "derived" : "base");
  OfThisThread() = "mine";
  std::string other;
  std::thread thread([&other] { other = OfThisThread(); });
  thread.join();
  out << ' ' << OfThisThread() << other;
  double number = 0;
  std::istringstream("2.5") >> number;
  out << ' ' << number * 2;
  std::cout << "cout " << word << ' ' << 0.25 << std::endl;
  return out.str();
}

}  // namespace OPENMATRIX_SIDE
