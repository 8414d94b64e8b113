#ifndef GM_REQUEST_H_
#define GM_REQUEST_H_

#include <hiaiengine/data_type_reg.h>

struct Request {
  int id;
  std::map<std::string, float> scores;
};
template <class Archive>
void serialize(Archive& ar, Request& request) {
  ar(request.id, request.scores);
}

#endif
