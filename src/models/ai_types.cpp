// AIContext: a map of strings.
#include "hiaiengine/ai_types.h"

namespace hiai {

const std::string AIContext::GetPara(const std::string& key) const {
  const auto found = paras_.find(key);
  return found == paras_.end() ? std::string() : found->second;
}

void AIContext::AddPara(const std::string& key, const std::string& value) { paras_[key] = value; }

void AIContext::DeletePara(const std::string& key) { paras_.erase(key); }

void AIContext::GetAllKeys(std::vector<std::string>& keys) {
  keys.clear();
  for (const auto& para : paras_) keys.push_back(para.first);
}

}  // namespace hiai
