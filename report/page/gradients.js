// The gradients of the table's rows, step by step.

function gradientText(steps) {
  const known = (values) => (values ?? []).filter((value) => !missing(value));
  const [means, most] = [known(steps.mean_norm), known(steps.max_norm)];
  if (means.length === 0) return '';
  return `The mean norm of a row's gradient goes from ${number(means[0])} ` +
      `to ${number(means[means.length - 1])}, the largest was ${number(Math.max(...most))}.`;
}

/** The padding row, in words. */
function paddingText(data) {
  const padding = data.padding;
  if (!padding) return '';
  const zero =
      padding.norm_before === 0 && padding.norm_after === 0 && padding.steps_with_padding === 0;
  if (zero) {
    return `The padding row got no gradient in any of ${plural(padding.steps, 'step')}, ` +
        'and is zero as it was: the line at the bottom.';
  }
  return `The padding row had a gradient in ${count(padding.steps_with_padding)} ` +
      `of ${plural(padding.steps, 'step')}; its norm was ${number(padding.norm_before)} ` +
      `and is ${number(padding.norm_after)}.`;
}

/** A line over the steps. Each point stands for all steps up to the next one. */
function stepsChart(colors, steps, title, lines) {
  const points = (values) => steps.step.map((step, i) => ({x: step, y: values?.[i] ?? NaN}));
  return {
    type: 'line',
    data: {
      datasets: lines.map(({label, values, color, width}) => ({
                            label,
                            data: points(values),
                            borderColor: color,
                            borderWidth: width ?? 1.5,
                            pointRadius: 0,
                            pointHitRadius: 4
                          }))
    },
    options: {
      interaction: {mode: 'index', axis: 'x', intersect: false},
      scales: {
        x: axis(
            'step',
            {type: 'linear', max: steps.step[steps.step.length - 1], grid: {display: false}}),
        y: axis(title, {beginAtZero: true, grace: '4%', ticks: {callback: number}})
      },
      plugins: {
        legend: lines.length > 1 ? chartLegend : {display: false},
        tooltip: {
          callbacks: {
            title: ([item]) => item ? `From step ${count(item.raw.x)} on` : '',
            label: ({dataset, raw}) => `${dataset.label}: ${number(raw.y)}`,
          }
        },
      },
    },
  };
}

/** The figures of the gradients, as in rowFigures. */
function gradientFigures(data) {
  const steps = data.steps;
  const known = (values) => (values ?? []).filter((value) => !missing(value));
  return [
    {
      id: 'row-gradient',
      title: 'Mean gradient norm of a row',
      caption: paddingText(data),
      label: `${gradientText(steps)} ${paddingText(data)}`,
      make: (c) => stepsChart(
          c, steps, 'norm',
          [
            {label: 'padding row', values: steps.padding_norm, color: c.gone, width: 3},
            {label: 'mean of all rows', values: steps.mean_norm, color: c.accent},
          ])
    },
    {
      id: 'row-largest',
      title: 'Largest gradient norm of a row',
      caption: 'Of all rows that had a gradient.',
      label: `The largest of all was ${number(Math.max(...known(steps.max_norm)))}.`,
      make: (c) => stepsChart(
          c, steps, 'norm', [{label: 'largest row', values: steps.max_norm, color: c.accent}])
    },
    {
      id: 'row-count',
      title: 'Rows with a gradient in a step',
      caption: 'Of all rows of the table, those of the words in the batch.',
      label: `On average ${number(mean(known(steps.rows)))}.`,
      make: (c) =>
          stepsChart(c, steps, 'rows', [{label: 'rows', values: steps.rows, color: c.accent}])
    },
  ];
}
