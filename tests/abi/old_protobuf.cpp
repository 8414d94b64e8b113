// A program whose messages are those of another protobuf: it makes one by the constructor that was
// in the library then, in room of another size. Declared here, from the facts.
#include <cstdio>

namespace hiai {

class AIConfig {
 public:
  AIConfig();
  ~AIConfig();

 private:
  unsigned char room_[16];
};

}  // namespace hiai

int main() {
  const hiai::AIConfig config;
  static_cast<void>(config);
  std::puts("still alive");
  return 0;
}
