package org.tributary.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rule at least once, with the stems of NLTK 3.10.3; most words are from the paper. */
class PorterStemmerTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        // 1a, 1b, 1c
        "caresses:caress ponies:poni ties:tie dies:die caress:caress cats:cat feed:feed",
        "agreed:agre plastered:plaster bled:bled motoring:motor sing:sing conflated:conflat",
        "troubled:troubl sized:size hopping:hop tanned:tan falling:fall hissing:hiss fizzed:fizz",
        "failing:fail filing:file died:die cried:cri happy:happi enjoy:enjoy say:say spry:spri",
        "playing:play boxed:box rowing:row bys:by bsses:bss",
        // 2
        "relational:relat conditional:condit rational:ration valenci:valenc hesitanci:hesit",
        "digitizer:digit conformabli:conform ably:abli radically:radic rationally:ration",
        "differentli:differ vileli:vile analogousli:analog vietnamization:vietnam",
        "predication:predic operator:oper feudalism:feudal decisiveness:decis hopefulness:hope",
        "callousness:callous formaliti:formal sensitiviti:sensit sensibiliti:sensibl",
        "hopefulli:hope geology:geolog theologi:theolog archaeologi:archaeolog",
        "emotionally:emot nationalism:nation rally:ralli logy:logi",
        // 3
        "triplicate:triplic formative:form formalize:formal electriciti:electr electrical:electr",
        "hopeful:hope goodness:good classification:classif",
        "native:nativ lioness:lioness",
        // 4
        "revival:reviv allowance:allow inference:infer airliner:airlin gyroscopic:gyroscop",
        "adjustable:adjust defensible:defens irritant:irrit replacement:replac adjustment:adjust",
        "dependent:depend adoption:adopt homologou:homolog communism:commun activate:activ",
        "angulariti:angular homologous:homolog effective:effect bowdlerize:bowdler ion:ion",
        "mission:mission",
        // 5
        "probate:probat rate:rate cease:ceas controll:control roll:roll owing:owe oed:o",
        // irregular, short, upper case, digits
        "sky:sky skies:sky dying:die innings:inning News:news EXCEED:exceed as:as by:by 5s:5s"
      })
  void stems(String line) {
    for (String pair : line.split(" ")) {
      String[] wordAndStem = pair.split(":");
      assertThat(PorterStemmer.stem(wordAndStem[0])).as(pair).isEqualTo(wordAndStem[1]);
    }
  }
}
