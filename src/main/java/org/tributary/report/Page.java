package org.tributary.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The page: one HTML file with style, script and data inside. All numbers are in tables of the
 * HTML; the script only draws the plots.
 */
final class Page {
  private static final String ECHARTS = "/org/tributary/report/echarts.common.min.js";
  private static final String SCRIPT = "/org/tributary/report/report.js";
  private static final String STYLE = "/org/tributary/report/report.css";

  /** A plot with more series than these has the whole width. */
  private static final int MANY = 8;

  private final Subject subject;
  private final Ranking ranking;
  private final List<Subject> sets;

  Page(Subject subject) {
    this.subject = subject;
    ranking = Ranking.of(subject);
    sets = subject.sets();
  }

  /** The whole file. */
  String html() throws IOException {
    List<Section> sections = sections();
    List<Plot> plots =
        sections.stream().flatMap(s -> s.figures().stream()).map(Section.Figure::plot).toList();
    StringBuilder html = new StringBuilder();
    html.append(
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data: blob:">
        """);
    html.append("<title>").append(Html.escape(subject.title())).append(" – Tributary</title>\n");
    html.append("<style>\n").append(resource(STYLE)).append("</style>\n</head>\n<body>\n");
    html.append(head());
    html.append(contents(sections));
    html.append(
        "<noscript><p>The plots need JavaScript. All their numbers are in the tables behind them.</p></noscript>\n");
    html.append("<main>\n");
    sections.forEach(section -> html.append(section(section)));
    html.append("</main>\n");
    html.append(
        "<footer><p>Written by Tributary from the Parquet tables of the runs. This file needs no network; plots are drawn by Apache ECharts, which is inside.</p></footer>\n");
    html.append("<script type=\"application/json\" id=\"plots\">");
    html.append(Html.json(plots)).append("</script>\n");
    html.append("<script>\n").append(resource(ECHARTS)).append("\n</script>\n");
    html.append("<script>\n").append(resource(SCRIPT)).append("</script>\n");
    return html.append("</body>\n</html>\n").toString();
  }

  private List<Section> sections() {
    List<Section> sections = new ArrayList<>();
    List<Metric> metrics = Metric.of(subject.compared());
    for (Subject set : sets) {
      Ranking ofSet = Ranking.of(set);
      String suffix = "-" + set.title();
      if (!ofSet.variants().isEmpty()) {
        sections.add(new ScoresSection(ofSet, set, metrics, suffix).section());
        add(sections, new ParetoSection(ofSet, suffix).section());
      }
    }
    if (!ranking.variants().isEmpty() && sets.isEmpty()) {
      sections.add(new ScoresSection(ranking, subject).section());
      add(sections, new ParetoSection(ranking, "").section());
    }
    add(sections, new StatisticsSection(subject).section());
    if (!ranking.variants().isEmpty()) {
      add(sections, new CurvesSection(ranking).section());
      add(sections, new ClientsSection(ranking).section());
      add(sections, new LayersSection(ranking).section());
    }
    add(sections, new LabelsSection(subject).section());
    sections.add(new FailuresSection(subject).section());
    sections.add(new TuningSection(subject, ranking).section());
    if (!ranking.variants().isEmpty()) {
      sections.add(new ConfigurationSection(ranking).section());
    }
    sections.add(new ReproduceSection(subject).section());
    return sections;
  }

  private static void add(List<Section> sections, Optional<Section> section) {
    section.ifPresent(sections::add);
  }

  private String head() {
    Answer answer = new Answer(subject, ranking);
    StringBuilder html = new StringBuilder("<header>\n");
    html.append("<h1>").append(Html.escape(subject.title())).append("</h1>\n");
    html.append("<p class=\"subtitle\">").append(Html.escape(subtitle())).append("</p>\n");
    html.append("<p id=\"answer\">").append(Html.escape(sentence(answer))).append("</p>\n");
    if (!answer.notes().isEmpty()) {
      html.append("<ul id=\"notes\">\n");
      answer
          .notes()
          .forEach(note -> html.append("<li>").append(Html.escape(note)).append("</li>\n"));
      html.append("</ul>\n");
    }
    return html.append("</header>\n").toString();
  }

  /** The answer, or one for each partitioned set. */
  private String sentence(Answer answer) {
    return sets.isEmpty()
        ? answer.sentence()
        : sets.stream()
            .map(
                set ->
                    "On %s: %s".formatted(set.title(), new Answer(set, Ranking.of(set)).sentence()))
            .collect(Collectors.joining(" "));
  }

  /** The main table: one row for each variant, and with several partitioned sets for each set. */
  HtmlTable scores() {
    if (sets.isEmpty()) {
      return new ScoresSection(ranking, subject).table();
    }
    List<Metric> metrics = Metric.of(subject.compared());
    HtmlTable whole = null;
    for (Subject set : sets) {
      HtmlTable table = new ScoresSection(Ranking.of(set), set, metrics, "").table();
      if (whole == null) {
        List<HtmlTable.Cell> head = new ArrayList<>(List.of(HtmlTable.Cell.text("partition")));
        head.addAll(table.head());
        whole = new HtmlTable("t-scores", table.caption(), head);
      }
      for (List<HtmlTable.Cell> row : table.rows()) {
        List<HtmlTable.Cell> cells = new ArrayList<>(List.of(HtmlTable.Cell.text(set.title())));
        cells.addAll(row);
        whole.row(cells);
      }
    }
    return whole;
  }

  /** Model, data and size of the runs, in a line. */
  private String subtitle() {
    return "%s on %s, %s, %s"
        .formatted(
            values("model"),
            values("partition"),
            values("clients") + (values("clients").equals("1") ? " client" : " clients"),
            values("rounds") + (values("rounds").equals("1") ? " round" : " rounds"));
  }

  private String values(String column) {
    return subject.runs().stream()
        .map(run -> run.runs().text(column))
        .distinct()
        .collect(Collectors.joining(", "));
  }

  private static String contents(List<Section> sections) {
    return sections.stream()
        .map(s -> "<li><a href=\"#%s\">%s</a></li>\n".formatted(s.id(), Html.escape(s.title())))
        .collect(Collectors.joining("", "<nav aria-label=\"Contents\"><ul>\n", "</ul></nav>\n"));
  }

  private static String section(Section section) {
    StringBuilder html = new StringBuilder();
    html.append("<section id=\"%s\">\n".formatted(section.id()));
    html.append("<h2>").append(Html.escape(section.title())).append("</h2>\n");
    html.append(Html.paragraph(section.lead()));
    html.append(section.html());
    if (!section.figures().isEmpty()) {
      html.append("<div class=\"figures\">\n");
      section.figures().forEach(figure -> html.append(figure(figure)));
      html.append("</div>\n");
    }
    return html.append("</section>\n").toString();
  }

  private static String figure(Section.Figure figure) {
    String id = figure.plot().id();
    String title = Html.escape(figure.plot().title());
    return """
        <figure%4$s>
        <figcaption id="%1$s-title">%2$s</figcaption>
        <div class="plot" id="%1$s" role="img" aria-labelledby="%1$s-title"></div>
        <button type="button" class="save" data-plot="%1$s" aria-describedby="%1$s-title">Save as SVG</button>
        %3$s</figure>
        """
        .formatted(
            id,
            title,
            Html.details("Numbers of this plot", figure.table().html()),
            figure.plot().series().size() > MANY ? " class=\"wide\"" : "");
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not in the jar; build with ./mvnw package");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
