// Draws the plots of the page from the JSON in #plots. The numbers are in the tables, too.
(function () {
  'use strict';

  // Colours that people with each kind of colour blindness can tell apart (after Okabe and Ito),
  // with at least 3:1 against the page; symbols and dashes tell the same.
  var THEMES = {
    light: {
      colors: ['#0068a8', '#b84a00', '#00795a', '#a8457f', '#7a6200', '#3f4fae', '#8c2f39', '#4d6b1f', '#5c5c5c'],
      ink: '#1b2430', soft: '#4f5b69', rule: '#d5dbe1', grey: '#7a8591', paper: '#ffffff', panel: '#f5f7f9'
    },
    dark: {
      colors: ['#5ab4f0', '#f28c4b', '#3fc79a', '#e08fc0', '#d9bf4a', '#9aa7f5', '#f0838d', '#a5c766', '#c0c0c0'],
      ink: '#e6ebf0', soft: '#aab4bf', rule: '#36414d', grey: '#8f9ba8', paper: '#12171d', panel: '#1b222b'
    }
  };
  var SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'emptyCircle', 'emptyRect', 'emptyTriangle', 'emptyDiamond'];
  var DASHES = ['solid', [7, 3], [2, 3], [9, 3, 2, 3], [12, 4], [4, 4, 1, 4]];
  var DECALS = [null, [45, 5], [-45, 5], [0, 5], [90, 5], [45, 9], [-45, 9], [0, 9], [90, 9]];
  // Without quotes, because ECharts writes them into the attributes of a saved SVG as they are.
  var FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Liberation Sans, Arial, sans-serif';

  var plots = JSON.parse(document.getElementById('plots').textContent);
  var dark = window.matchMedia('(prefers-color-scheme: dark)');

  function escape(text) {
    return echarts.format.encodeHTML(String(text));
  }

  // A score as the tables have it.
  function score(value) {
    var size = Math.abs(value);
    return value.toFixed(size < 10 ? 3 : size < 100 ? 2 : 0);
  }

  // A tick of an axis: as few digits as it needs.
  function tick(value) {
    return String(Number(Number(value).toPrecision(4)));
  }

  function color(theme, style) {
    return style < 0 ? theme.grey : theme.colors[style % theme.colors.length];
  }

  function symbol(style) {
    return style < 0 ? 'none' : SYMBOLS[style % SYMBOLS.length];
  }

  function dash(style) {
    return style < 0 ? [4, 4] : DASHES[style % DASHES.length];
  }

  var pen = document.createElement('canvas').getContext('2d');

  function textWidth(text) {
    pen.font = '12px ' + FONT;
    return pen.measureText(text).width;
  }

  function shorten(text, width) {
    var short = text;
    while (short.length > 4 && textWidth(short) > width) {
      short = short.slice(0, short.length - 2) + '…';
    }
    return short;
  }

  function labelWidth(plot, width) {
    return Math.min(Math.max.apply(null, plot.y.categories.map(textWidth)) + 2, Math.floor(width * 0.34));
  }

  var LEGEND = { icon: 30, gap: 14, row: 14, text: 220 };

  function legendHeight(names, width) {
    var rows = 1;
    var used = 0;
    names.forEach(function (name) {
      var item = textWidth(shorten(name, LEGEND.text)) + LEGEND.icon + 6;
      if (used > 0 && used + item > width - 12) {
        rows += 1;
        used = 0;
      }
      used += item + LEGEND.gap;
    });
    return rows * (LEGEND.row + LEGEND.gap) + 2;
  }

  function valueAxis(axis, theme, horizontal, beginsAtZero) {
    return {
      type: axis.log ? 'log' : 'value',
      name: axis.name,
      nameLocation: horizontal ? 'middle' : 'end',
      nameGap: horizontal ? 30 : 12,
      nameTextStyle: { color: theme.soft, align: horizontal ? 'center' : 'left', fontSize: 12 },
      scale: true,
      boundaryGap: axis.log ? undefined : horizontal ? [beginsAtZero ? 0 : '4%', '4%'] : ['4%', '14%'],
      axisLabel: { color: theme.soft, hideOverlap: true, formatter: tick },
      axisLine: { show: true, lineStyle: { color: theme.rule } },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: theme.rule, opacity: 0.6 } }
    };
  }

  // Rows from the top.
  function rowAxis(plot, theme, width) {
    var space = labelWidth(plot, width);
    return {
      type: 'category',
      inverse: true,
      data: plot.y.categories,
      axisLabel: { color: theme.ink, interval: 0, formatter: function (name) { return shorten(name, space); } },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: false }
    };
  }

  // Bands are stacked, which needs categories: every round from the first one to the last one.
  function roundAxis(plot, theme) {
    var last = 0;
    var first = Infinity;
    plot.series.forEach(function (s) {
      s.points.forEach(function (p) {
        first = Math.min(first, p[0]);
        last = Math.max(last, p[0]);
      });
    });
    var rounds = [];
    for (var round = first; round <= last; round += 1) {
      rounds.push(String(round));
    }
    return {
      type: 'category',
      boundaryGap: rounds.length === 1,
      data: rounds,
      name: plot.x.name,
      nameLocation: 'middle',
      nameGap: 30,
      nameTextStyle: { color: theme.soft, fontSize: 12 },
      axisLabel: { color: theme.soft, hideOverlap: true },
      axisLine: { lineStyle: { color: theme.rule } },
      axisTick: { show: false }
    };
  }

  // Bands of many series hide each other.
  var MOST_BANDS = 8;

  function curves(plot, theme) {
    var series = [];
    var bands = plot.series.length <= MOST_BANDS;
    plot.series.forEach(function (s, i) {
      var own = color(theme, s.style);
      var hasBand = bands && s.points.some(function (p) { return p[3] > p[1]; });
      if (hasBand) {
        var hidden = { type: 'line', stack: 'band-' + i, symbol: 'none', silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false }, z: 1 };
        series.push(Object.assign({}, hidden, { color: own, data: s.points.map(function (p) { return [String(p[0]), p[1]]; }) }));
        series.push(Object.assign({}, hidden, {
          color: own, areaStyle: { color: own, opacity: 0.16 },
          data: s.points.map(function (p) { return [String(p[0]), p[3] - p[1]]; })
        }));
      }
      series.push({
        name: s.name, type: 'line', color: own, z: 3,
        symbol: symbol(s.style), symbolSize: 7, showAllSymbol: true,
        lineStyle: { width: 2, type: dash(s.style) }, itemStyle: { color: own },
        data: s.points.map(function (p) { return [String(p[0]), p[2], p[1], p[3]]; }),
        tooltip: {
          formatter: function (at) {
            var v = at.value;
            var range = v[3] > v[2] ? '<br>seeds ' + score(v[2]) + ' to ' + score(v[3]) : '';
            return escape(s.name) + ', round ' + v[0] + ': ' + score(v[1]) + range;
          }
        }
      });
    });
    return series;
  }

  // Where a point is between the left and the right, 0 to 1.
  function place(plot, x) {
    var all = xs(plot);
    var scale = isWide(plot) && plot.x.log ? Math.log : Number;
    var least = scale(Math.min.apply(null, all));
    var most = scale(Math.max.apply(null, all));
    return most > least ? (scale(x) - least) / (most - least) : 0;
  }

  // The best score for each number of bytes: a stair, up to the right edge of the points.
  function front(plot, s, theme) {
    var last = s.points[s.points.length - 1];
    var edge = Math.max.apply(null, xs(plot));
    return {
      name: s.name, type: 'line', step: 'end', symbol: 'none', silent: true, z: 1,
      color: theme.grey, lineStyle: { width: 2, type: [6, 4] },
      data: s.points.concat([[edge, last[1]]]),
      endLabel: { show: edge > last[0], formatter: s.name, color: theme.soft, align: 'right', offset: [-8, -9], textBorderColor: theme.panel, textBorderWidth: 3 }
    };
  }

  // Names beside points, where there is space for them; else there is a legend.
  function hasNames(plot, width) {
    return plot.series.some(function (s) { return s.names; }) && plot.series.length <= (width < 480 ? 6 : 9);
  }

  function scatter(plot, theme, width) {
    var named = hasNames(plot, width);
    var bars = [];
    var points = plot.series.map(function (s) {
      if (s.style < 0) {
        return front(plot, s, theme);
      }
      var own = color(theme, s.style);
      s.points.forEach(function (p) {
        if (p.length > 2 && p[2] !== null) {
          bars.push({
            type: 'line', color: own, silent: true, symbol: 'rect', symbolSize: [12, 2], z: 2,
            lineStyle: { width: 2, type: 'solid' }, data: [[p[0], p[2]], [p[0], p[3]]]
          });
        }
      });
      var left = named && place(plot, s.points[0][0]) > 0.5;
      return {
        name: s.name, type: s.line ? 'line' : 'scatter', color: own,
        symbol: symbol(s.style), symbolSize: s.line ? 9 : 14, showAllSymbol: true,
        lineStyle: { width: 1.5, type: dash(s.style) }, itemStyle: { color: own, opacity: 1 }, z: 3,
        data: s.points,
        label: named
          ? { show: true, position: left ? 'left' : 'right', color: theme.ink, offset: [0, -8], textBorderColor: theme.panel, textBorderWidth: 3, formatter: function (at) { return s.names[at.dataIndex]; } }
          : undefined,
        labelLayout: { moveOverlap: 'shiftY' },
        tooltip: {
          formatter: function (at) {
            var v = at.value;
            var range = v.length > 2 && v[2] !== null ? '<br>' + score(v[2]) + ' to ' + score(v[3]) : '';
            return escape(s.name) + ': ' + tick(v[0]) + ', ' + score(v[1]) + range;
          }
        }
      };
    });
    return points.concat(bars);
  }

  function intervals(plot, theme) {
    var series = [];
    plot.series.forEach(function (s) {
      var own = color(theme, s.style);
      var p = s.points[0];
      if (p[2] !== null) {
        series.push({
          type: 'line', color: own, silent: true, symbol: 'rect', symbolSize: [2, 12], z: 1,
          lineStyle: { width: 2, type: 'solid' }, data: [[p[2], p[1]], [p[3], p[1]]]
        });
      }
      series.push({
        name: s.name, type: 'scatter', color: own, symbol: symbol(s.style), symbolSize: 13, z: 3,
        data: [[p[0], p[1]]],
        label: { show: true, position: 'top', distance: 7, color: theme.ink, fontSize: 11, formatter: function () { return score(p[0]); } },
        tooltip: {
          formatter: function () {
            return escape(s.name) + ': ' + score(p[0]) + (p[2] === null ? '' : '<br>' + score(p[2]) + ' to ' + score(p[3]));
          }
        }
      });
    });
    return series;
  }

  function strips(plot, theme) {
    return plot.series.map(function (s) {
      var own = color(theme, s.style);
      return {
        name: s.name, type: 'scatter', color: own, symbol: symbol(s.style),
        symbolSize: s.points.length > 60 ? 7 : 11, itemStyle: { opacity: 0.75 },
        // A fixed pattern keeps clients with equal values apart.
        data: s.points.map(function (p, i) { return { value: p, symbolOffset: [0, ((i * 2) % 5 - 2) * 4] }; }),
        tooltip: { formatter: function (at) { return escape(s.name) + ', client ' + escape(s.names[at.dataIndex]) + ': ' + score(at.value[0]); } }
      };
    });
  }

  function bars(plot, theme) {
    return plot.series.map(function (s) {
      var lines = s.style < 0 ? null : DECALS[s.style % DECALS.length];
      return {
        name: s.name, type: 'bar', stack: 'rows', color: color(theme, s.style), barMaxWidth: 26,
        itemStyle: {
          borderColor: theme.paper, borderWidth: 0.5,
          decal: lines === null ? undefined : { symbol: 'rect', color: theme.paper, dashArrayX: [1, 0], dashArrayY: [1.2, lines[1]], rotation: lines[0] * Math.PI / 180, symbolSize: 1 }
        },
        data: s.points.map(function (p) { return p[0]; }),
        tooltip: { formatter: function (at) { return escape(at.name) + ', ' + escape(s.name) + ': ' + tick(at.value); } }
      };
    });
  }

  var DRAW = { CURVES: curves, SCATTER: scatter, INTERVALS: intervals, STRIPS: strips, BARS: bars };

  function xs(plot) {
    var values = [];
    plot.series.forEach(function (s) {
      s.points.forEach(function (p) { values.push(p[0]); });
    });
    return values;
  }

  // No axis of shares goes below 0 only to leave a margin.
  function beginsAtZero(plot) {
    var least = Math.min.apply(null, xs(plot));
    return least >= 0 && least < 0.05 * Math.max.apply(null, xs(plot));
  }

  // Whether a logarithmic axis shows more than a linear one does.
  function isWide(plot) {
    var least = Math.min.apply(null, xs(plot));
    return least > 0 && Math.max.apply(null, xs(plot)) / least >= 20;
  }

  function option(plot, theme, width) {
    var rows = plot.y.categories;
    var withLegend = plot.series.length > 1
      && (plot.kind === 'CURVES' || plot.kind === 'BARS' || (plot.kind === 'SCATTER' && !hasNames(plot, width)));
    var names = plot.series.filter(function (s) { return s.style >= 0 || plot.kind === 'BARS'; }).map(function (s) { return s.name; });
    var legend = withLegend ? legendHeight(names, width) : 0;
    var base = {
      animation: false,
      backgroundColor: 'transparent',
      textStyle: { fontFamily: FONT, color: theme.ink },
      tooltip: { trigger: 'item', confine: true, backgroundColor: theme.paper, borderColor: theme.rule, textStyle: { color: theme.ink } },
      legend: withLegend
        ? { data: names, top: 0, left: 0, selectedMode: false, itemWidth: plot.kind === 'SCATTER' && !plot.series.some(function (s) { return s.line && s.style >= 0; }) ? LEGEND.row : LEGEND.icon, itemHeight: LEGEND.row, itemGap: LEGEND.gap, padding: [5, 0], textStyle: { color: theme.ink }, formatter: function (name) { return shorten(name, LEGEND.text); } }
        : undefined,
      grid: rows
        ? { left: labelWidth(plot, width) + 12, right: 18, top: legend + 12, bottom: 56 }
        : { containLabel: true, left: 12, right: 26, top: legend + 34, bottom: 34 },
      series: DRAW[plot.kind](plot, theme, width)
    };
    var x = plot.kind === 'CURVES' ? roundAxis(plot, theme) : valueAxis(plot.x, theme, true, beginsAtZero(plot));
    if (plot.x.log && !isWide(plot)) {
      x.type = 'value';
    }
    if (plot.kind === 'BARS') {
      x.scale = false;
      x.boundaryGap = undefined;
      x.max = 'dataMax';
    }
    base.yAxis = rows ? rowAxis(plot, theme, width) : valueAxis(plot.y, theme, false);
    base.xAxis = x;
    return { option: base, legend: legend };
  }

  function height(plot, width, legend) {
    var rows = plot.y.categories;
    return rows ? 70 + legend + rows.length * (plot.kind === 'BARS' ? 30 : 42) : Math.max(280, Math.min(380, width * 0.62)) + legend;
  }

  function draw(plot, theme, element, width) {
    var made = option(plot, theme, width);
    var size = { renderer: 'svg', width: width, height: height(plot, width, made.legend) };
    var old = echarts.getInstanceByDom(element);
    if (old) {
      old.dispose();
    }
    element.style.height = size.height + 'px';
    var chart = echarts.init(element, null, size);
    chart.setOption(made.option);
    var svg = element.querySelector('svg');
    svg.setAttribute('viewBox', '0 0 ' + size.width + ' ' + size.height);
    svg.setAttribute('aria-hidden', 'true');
  }

  function plotOf(id) {
    return plots.find(function (plot) { return plot.id === id; });
  }

  function elements() {
    return plots.map(function (plot) { return document.getElementById(plot.id); });
  }

  function screenTheme() {
    return dark.matches ? THEMES.dark : THEMES.light;
  }

  function drawForScreen() {
    elements().forEach(function (element) {
      draw(plotOf(element.id), screenTheme(), element, Math.max(200, element.clientWidth));
    });
  }

  function drawForPaper() {
    elements().forEach(function (element) { draw(plotOf(element.id), THEMES.light, element, 640); });
  }

  // A file of its own, for papers: light, with a fixed width.
  function save(plot) {
    var width = 760;
    var made = option(plot, THEMES.light, width);
    made.option.backgroundColor = '#ffffff';
    var chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: width, height: height(plot, width, made.legend) });
    chart.setOption(made.option);
    var link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([chart.renderToSVGString()], { type: 'image/svg+xml' }));
    link.download = plot.id + '.svg';
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    chart.dispose();
  }

  document.querySelectorAll('button.save').forEach(function (button) {
    button.addEventListener('click', function () {
      save(plotOf(button.dataset.plot));
    });
  });

  dark.addEventListener('change', drawForScreen);

  // On paper nothing can be opened: what lies outside of figures is printed whole.
  var opened = [];
  window.addEventListener('beforeprint', function () {
    opened = Array.from(document.querySelectorAll('section > details:not([open])'));
    opened.forEach(function (details) { details.open = true; });
    drawForPaper();
  });
  window.addEventListener('afterprint', function () {
    opened.forEach(function (details) { details.open = false; });
    drawForScreen();
  });

  drawForScreen();
  var widths = new Map();
  var observer = new ResizeObserver(function (entries) {
    entries.forEach(function (entry) {
      var width = Math.round(entry.contentRect.width);
      if (widths.has(entry.target) && widths.get(entry.target) !== width && !window.matchMedia('print').matches) {
        draw(plotOf(entry.target.id), screenTheme(), entry.target, Math.max(200, width));
      }
      widths.set(entry.target, width);
    });
  });
  elements().forEach(function (element) { observer.observe(element); });
})();
