#include "runtime/linker_error.h"

#include <cxxabi.h>
#include <dlfcn.h>
#include <locale.h>

#include <cctype>
#include <cstdlib>

#include "proto/graph_config.pb.h"

namespace openmatrix {
namespace {

constexpr char kUndefined[] = "undefined symbol: ";

// Empty if the text names none.
std::string UndefinedSymbol(const std::string& text) {
  const std::size_t found = text.find(kUndefined);
  if (found == std::string::npos) return "";
  const std::size_t begin = found + sizeof kUndefined - 1;
  return text.substr(begin, text.find_first_of(" ,\t\n", begin) - begin);
}

bool IsPartOfName(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// "hiai::AIConfig::Clear()" and "vtable for hiai::AIConfig", but not "hiai::AIConfigReader".
bool Mentions(const std::string& text, const std::string& name) {
  for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if (end == text.size() || !IsPartOfName(text[end])) return true;
  }
  return false;
}

bool MentionsMessageOf(const google::protobuf::FileDescriptor& file, const std::string& text) {
  for (int i = 0; i < file.message_type_count(); ++i) {
    if (Mentions(text, "hiai::" + file.message_type(i)->name())) return true;
  }
  for (int i = 0; i < file.dependency_count(); ++i) {
    if (MentionsMessageOf(*file.dependency(i), text)) return true;
  }
  return false;
}

}  // namespace

std::string LinkerError() {
  // Translated where it is asked for, and "C" has no translations. Makes nothing: it is there.
  const locale_t english = ::newlocale(LC_ALL_MASK, "C", nullptr);
  const locale_t users = ::uselocale(english);
  const char* const text = ::dlerror();
  ::uselocale(users);
  return text != nullptr ? text : "unknown error of the dynamic linker";
}

std::string Demangle(const std::string& symbol) {
  int status = 0;
  char* const readable = abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status);
  const std::string name = readable != nullptr ? readable : symbol;
  std::free(readable);
  return name;
}

bool BlamesProtobuf(const std::string& text) {
  if (text.find("libprotobuf.so") != std::string::npos &&
      text.find("cannot open shared object file") != std::string::npos) {
    return true;
  }
  const std::string symbol = UndefinedSymbol(text);
  if (symbol.empty()) return false;
  const std::string name = Demangle(symbol);
  return name.find("google::protobuf::") != std::string::npos ||
         name.find("descriptor_table_") == 0 || name.find("protobuf_") == 0 ||
         MentionsMessageOf(*hiai::GraphConfigList::descriptor()->file(), name);
}

std::string Explain(const std::string& text) {
  if (!BlamesProtobuf(text)) return text;
  const std::string symbol = UndefinedSymbol(text);
  return text + (symbol.empty() ? std::string() : " [" + Demangle(symbol) + "]") +
         ": it was compiled against another protobuf version than " +
         std::to_string(GOOGLE_PROTOBUF_VERSION / 1000000) + "." +
         std::to_string(GOOGLE_PROTOBUF_VERSION / 1000 % 1000) +
         ", which libmatrix uses here, and must be recompiled";
}

}  // namespace openmatrix
